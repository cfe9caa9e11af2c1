/** The database's times are UTC without saying so. */
export function parseTime(text: string): Date {
  const iso = text.replace(' ', 'T');
  return new Date(/(Z|[+-]\d\d:?\d\d)$/.test(iso) ? iso : `${iso}Z`);
}

export function formatTime(text: string, language: string): string {
  const time = parseTime(text);
  return Number.isNaN(time.getTime())
    ? text
    : new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(time);
}
