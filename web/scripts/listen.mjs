// The official socket.io client, for a test of the server: connects, subscribes to the queue, and prints every event as one
// line of JSON until its input ends. The first line says that it listens, or why not.
// Usage: node scripts/listen.mjs <url> <token> <polling|websocket>
import { io } from 'socket.io-client';

const [url, token, transport] = process.argv.slice(2);
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const socket = io(url, {
  path: '/ws/socket.io',
  auth: { token },
  transports: [transport],
  upgrade: false,
  reconnection: false,
  timeout: 60_000,
});
socket.on('connect', async () => {
  await socket.timeout(60_000).emitWithAck('subscribe_queue', { queue_id: 'default' });
  say({ name: 'listening', data: { transport: socket.io.engine.transport.name } });
});
socket.on('connect_error', (error) => {
  say({ name: 'refused', data: { message: error.message } });
  process.exit(1);
});
socket.on('disconnect', (reason) => say({ name: 'disconnected', data: { reason } }));
socket.onAny((name, data) => say({ name, data }));
process.stdin.on('end', () => {
  socket.close();
  process.exit(0);
});
process.stdin.resume();
