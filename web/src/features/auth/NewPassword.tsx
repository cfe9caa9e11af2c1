import { PasswordInput, type PasswordInputProps } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useServerStatus } from '@/api/auth';
import { brokenRules, passwordRules } from '@/api/rules';
import { PasswordRules } from '@/ui/PasswordRules';

/** This server's rules for passwords, in words: all of them, and what a password still lacks (`null` when nothing). */
export function usePasswordRules() {
  const { t } = useTranslation();
  const policy = useServerStatus().data ?? { strict_password_checking: true };
  const rules = passwordRules(policy);
  const label = ({ rule, count }: (typeof rules)[number]) => t(`passwordRules.${rule}`, { count });
  return {
    title: policy.strict_password_checking ? t('passwordRules.title') : t('passwordRules.titleAdvice'),
    shown: (password: string) => rules.map((rule) => ({ id: rule.rule, label: label(rule), met: rule.holds(password) })),
    missing: (password: string) => {
      if (password === '') return t('auth.passwordRequired');
      const broken = brokenRules(rules, password);
      return broken.length === 0 ? null : `${t('passwordRules.title')}: ${broken.map(label).join(', ')}`;
    },
  };
}

/** Field for a password that is to be set, with the rules ticking themselves off below it. */
export function NewPassword({ label, password, ...input }: { label: string; password: string } & PasswordInputProps) {
  const { t } = useTranslation();
  const { title, shown } = usePasswordRules();
  return (
    <>
      <PasswordInput label={label} autoComplete="new-password" {...input} />
      <PasswordRules title={title} rules={shown(password)} met={t('passwordRules.met')} missing={t('passwordRules.missing')} />
    </>
  );
}
