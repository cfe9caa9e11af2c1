// What a browser fetches before somebody can sign in, compressed; fails when it is too much.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const MOST_KILOBYTES = 350;
const page = await readFile('dist/index.html', 'utf8');
const linked = [...page.matchAll(/(?:src|href)="\.?\/?((?:assets\/|theme)[^"]+\.(?:js|css))"/g)].map(([, path]) => path);
// The letters of western languages come with the first text.
const styles = await Promise.all(
  linked.filter((path) => path.endsWith('.css')).map((path) => readFile(join('dist', path), 'utf8')),
);
const font = /assets\/(inter-latin-wght-normal-[^")]+\.woff2)|(inter-latin-wght-normal-[^")]+\.woff2)/.exec(styles.join());
const files = [...linked, ...(font ? [`assets/${font[1] ?? font[2]}`] : [])];
let total = gzipSync(page).length;
for (const path of files) {
  const bytes = await readFile(join('dist', path));
  // Fonts are compressed already.
  total += path.endsWith('.woff2') ? bytes.length : gzipSync(bytes, { level: 9 }).length;
}
const kilobytes = Math.round(total / 1000);
console.log(`first load: ${files.length + 1} files, ${kilobytes} kB compressed (at most ${MOST_KILOBYTES})`);
if (kilobytes > MOST_KILOBYTES || linked.length < 2) process.exit(1);
