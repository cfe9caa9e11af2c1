/** Puts a text into a file of the reader's downloads. */
export function saveFile(name: string, content: string) {
  const url = URL.createObjectURL(new Blob([content], { type: 'application/json' }));
  const link = Object.assign(document.createElement('a'), { href: url, download: name.replaceAll(/[\\/:*?"<>|]/g, '_') });
  link.click();
  URL.revokeObjectURL(url);
}
