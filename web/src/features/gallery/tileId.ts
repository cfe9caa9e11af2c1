/** The id of a picture's link in the list. */
export function tileId(imageName: string): string {
  return `picture-${imageName}`;
}
