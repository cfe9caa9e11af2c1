// What the server will decide, known early enough to help: each rule names the place in the server that has the last word.

export type PasswordRule = 'length' | 'upper' | 'lower' | 'digit';

/** The password rules in the order in which people read them. Decided by the `auth` crate. */
export const PASSWORD_RULES: readonly { rule: PasswordRule; holds: (password: string) => boolean }[] = [
  { rule: 'length', holds: (password) => Array.from(password).length >= 8 },
  { rule: 'upper', holds: (password) => /\p{Lu}/u.test(password) },
  { rule: 'lower', holds: (password) => /\p{Ll}/u.test(password) },
  { rule: 'digit', holds: (password) => /\p{Nd}/u.test(password) },
];

export function keepsPasswordRules(password: string): boolean {
  return PASSWORD_RULES.every(({ holds }) => holds(password));
}

/** Something before and after one @; the server knows the whole grammar (`admin@localhost` is fine). */
export function looksLikeEmail(text: string): boolean {
  return /^[^\s@]+@[^\s@]+$/.test(text.trim());
}

/** Sides the Stable Diffusion nodes accept: multiples of 8. */
export const SIDE = { min: 64, max: 2048, step: 8 } as const;

export const MAX_SEED = 4_294_967_295;
