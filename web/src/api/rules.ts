// What the server will decide, known early enough to help: each rule names the place in the server that has the last word.

/** What the server asks of passwords: the part of its status that is about them. */
export type PasswordPolicy = {
  strict_password_checking: boolean;
  password_min_length?: number | null;
  password_require_special?: boolean;
};

export type PasswordRule = {
  rule: 'length' | 'upper' | 'lower' | 'digit' | 'special';
  /** The fewest characters, where the rule is about them. */
  count: number;
  /** Whether the server refuses a password without it; the others are advice. */
  required: boolean;
  holds: (password: string) => boolean;
};

/** Characters a password needs under the strict rules, and should have without them. */
const LENGTH = 8;

/** The password rules in the order in which people read them. Decided by the `auth` crate. */
export function passwordRules(policy: PasswordPolicy): readonly PasswordRule[] {
  const strict = policy.strict_password_checking;
  const asked = policy.password_min_length ?? 0;
  const count = strict ? Math.max(asked, LENGTH) : asked || LENGTH;
  const contains = (rule: PasswordRule['rule'], what: RegExp, required: boolean): PasswordRule => ({
    rule,
    count: 1,
    required,
    holds: (password) => what.test(password),
  });
  return [
    { rule: 'length', count, required: strict || asked > 0, holds: (password) => Array.from(password).length >= count },
    contains('upper', /\p{Lu}/u, strict),
    contains('lower', /\p{Ll}/u, strict),
    contains('digit', /\p{N}/u, strict),
    ...(policy.password_require_special === true ? [contains('special', /[^\p{L}\p{N}]/u, true)] : []),
  ];
}

/** What the server would refuse the password for. */
export function brokenRules(rules: readonly PasswordRule[], password: string): readonly PasswordRule[] {
  return rules.filter(({ required, holds }) => required && !holds(password));
}

/** Something before and after one @; the server knows the whole grammar (`admin@localhost` is fine). */
export function looksLikeEmail(text: string): boolean {
  return /^[^\s@]+@[^\s@]+$/.test(text.trim());
}

/** Sides the Stable Diffusion nodes accept: multiples of 8. */
export const SIDE = { min: 64, max: 2048, step: 8 } as const;

export const MAX_SEED = 4_294_967_295;
