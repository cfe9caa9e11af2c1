import { expect, test, vi } from 'vitest';
import { copyText } from './copyText';

/** What a page has that came over http: no clipboard, perhaps the old command. */
function withoutHttps(execCommand?: () => boolean) {
  vi.stubGlobal('navigator', {});
  Object.defineProperty(document, 'execCommand', { value: execCommand, configurable: true });
}

test('the clipboard is used where there is one', async () => {
  const writeText = vi.fn(() => Promise.resolve());
  vi.stubGlobal('navigator', { clipboard: { writeText } });
  expect(await copyText('a text')).toBe(true);
  expect(writeText).toHaveBeenCalledWith('a text');
});

test('without https the text is selected and copied, and the focus stays', async () => {
  const button = document.body.appendChild(document.createElement('button'));
  button.focus();
  let copied = '';
  withoutHttps(() => {
    copied = document.querySelector('textarea')?.value ?? '';
    return true;
  });
  expect(await copyText('a text')).toBe(true);
  expect(copied).toBe('a text');
  expect(document.querySelector('textarea')).toBeNull();
  expect(document.activeElement).toBe(button);
});

test('a browser that does not copy is found out', async () => {
  withoutHttps(() => false);
  expect(await copyText('a text')).toBe(false);
  withoutHttps();
  expect(await copyText('a text')).toBe(false);
});
