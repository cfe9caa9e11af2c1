// Starts the real server on a folder of its own, and ends it.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

export type RunningServer = {
  url: string;
  /** Runs one of the server's commands on the same folder; what it prints. */
  command: (...words: string[]) => Promise<string>;
  /** Ends the program, as an administrator would; everything else of the server stays. */
  halt: () => Promise<void>;
  /** Starts it again at the same address. */
  resume: () => Promise<void>;
  /** Ends the program and takes its folder away. */
  stop: () => Promise<void>;
};

/** `lines` are added to the configuration file. */
export type Settings = { multiuser: boolean; starterModel?: boolean; lines?: readonly string[] };

const BINARY = join(process.env.INVOKEAI_BINARIES ?? resolve('../target/debug'), 'invokeai-web');
const START_SECONDS = 60;
const STOP_SECONDS = 15;

export async function startServer({ multiuser, starterModel = false, lines = [] }: Settings): Promise<RunningServer> {
  if (!existsSync(BINARY)) throw new Error(`there is no server to test: ${BINARY} (cargo build --bins)`);
  if (!existsSync('dist/index.html')) throw new Error('there are no pages to test: run `npm run build` first');
  const root = await mkdtemp(join(tmpdir(), 'invokeai-e2e-'));
  const port = await freePort();
  const settings = [
    'schema_version: 4.0.3',
    'host: 127.0.0.1',
    `port: ${port}`,
    `multiuser: ${multiuser}`,
    `starter_model: ${starterModel}`,
    'device: cpu',
    'precision: float32',
    `web_root: ${resolve('dist')}`,
    ...lines,
  ];
  await writeFile(join(root, 'invokeai.yaml'), `${settings.join('\n')}\n`);

  const url = `http://127.0.0.1:${port}`;
  const logPath = join(root, 'server.log');
  let running = await launch(root, url, logPath);
  const command = async (...words: string[]) => (await promisify(execFile)(BINARY, [...words, '--root', root])).stdout;
  const halt = () => running.end();
  const resume = async () => {
    running = await launch(root, url, logPath);
  };
  const stop = async () => {
    await running.end();
    await rm(root, { recursive: true, force: true });
  };
  return { url, command, halt, resume, stop };
}

/** Starts the program and waits until it answers. */
async function launch(root: string, url: string, logPath: string): Promise<{ end: () => Promise<void> }> {
  const log = await open(logPath, 'a');
  const child = spawn(BINARY, ['--root', root], { stdio: ['ignore', log.fd, log.fd] });
  const failed = once(child, 'error').then(([error]: unknown[]) => String(error));
  const exited = once(child, 'exit').then(([code, signal]: unknown[]) => `it ended with ${String(code ?? signal)}`);
  let ended = false;
  const end = async () => {
    if (ended) return;
    ended = true;
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGINT');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_SECONDS * 1000);
      await exited;
      clearTimeout(timer);
    }
    await log.close();
  };
  const problem = await Promise.race([failed, exited, healthy(url)]);
  if (problem === null) return { end };
  const tail = (await readFile(logPath, 'utf8')).split('\n').slice(-30).join('\n');
  await end();
  await rm(root, { recursive: true, force: true });
  throw new Error(`${BINARY} did not start: ${problem}\n${tail}`);
}

/** Resolves to null once the server answers. */
async function healthy(url: string): Promise<string | null> {
  const deadline = Date.now() + START_SECONDS * 1000;
  while (Date.now() < deadline) {
    const isUp = await fetch(`${url}/healthz`).then(
      (response) => response.ok,
      () => false,
    );
    if (isUp) return null;
    await new Promise((done) => setTimeout(done, 100));
  }
  return `it did not answer within ${START_SECONDS} seconds`;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
