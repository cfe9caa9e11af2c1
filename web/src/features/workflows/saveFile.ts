import { saveBlob } from '@/api/downloads';

/** Puts a workflow's text into a file of the reader's downloads. */
export function saveFile(name: string, content: string) {
  saveBlob(name.replaceAll(/[\\/:*?"<>|]/g, '_'), new Blob([content], { type: 'application/json' }));
}
