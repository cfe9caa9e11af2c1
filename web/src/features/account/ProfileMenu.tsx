import { Avatar, Badge, Divider, Group, Menu, Text, UnstyledButton, VisuallyHidden } from '@mantine/core';
import {
  IconChevronDown,
  IconDeviceDesktop,
  IconKey,
  IconKeyboard,
  IconLogout,
  IconMoon,
  IconShieldCog,
  IconSun,
  IconUser,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { type Account, useLogout } from '@/api/auth';
import { usePreference } from '@/api/preferences';
import { useVersion } from '@/api/server';
import { chooseLanguage, languageName, LANGUAGES } from '@/i18n';
import classes from './ProfileMenu.module.css';

const THEMES = [
  { value: 'light', icon: <IconSun size={16} />, label: 'account.light' },
  { value: 'dark', icon: <IconMoon size={16} />, label: 'account.dark' },
  { value: 'auto', icon: <IconDeviceDesktop size={16} />, label: 'account.system' },
] as const;

/** The menu in the top right corner: who one is, theme and language, further pages, and the way out. */
export function ProfileMenu({
  account,
  onProfile,
  onAdministration,
  onShortcuts,
  onChangePassword,
  onLogout,
}: {
  account: Account;
  onProfile: () => void;
  onAdministration: () => void;
  onShortcuts: () => void;
  onChangePassword: () => void;
  onLogout: () => void;
}) {
  const { t } = useTranslation();
  const [theme, setTheme] = usePreference('theme');
  const [language, setLanguage] = usePreference('language');
  const logout = useLogout(onLogout);
  const version = useVersion();
  const name = account.isSingleUser ? t('account.settings') : account.name;

  return (
    <Menu position="bottom-end" width={264} radius="md" shadow="md">
      <Menu.Target>
        <UnstyledButton className={classes.target}>
          <VisuallyHidden>{t('account.menu')}</VisuallyHidden>
          {!account.isSingleUser && <Avatar size={30} name={name} color="verdigris" aria-hidden="true" />}
          <span className={classes.name}>{name}</span>
          {account.isAdmin && !account.isSingleUser && (
            <Badge variant="light" size="sm" radius="sm" className={classes.badge}>
              {t('account.admin')}
            </Badge>
          )}
          <IconChevronDown size={16} aria-hidden="true" />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={classes.who}>
          <Group gap={8} justify="space-between" wrap="nowrap">
            <Text fw={600} truncate>
              {account.isSingleUser ? t('account.singleUser') : account.name}
            </Text>
            {account.isAdmin && !account.isSingleUser && (
              <Badge variant="light" size="sm" radius="sm" flex="none">
                {t('account.admin')}
              </Badge>
            )}
          </Group>
          <Text size="xs" c="dimmed" truncate>
            {account.isSingleUser ? t('account.singleUserHint') : account.email}
          </Text>
        </div>
        <Divider my={4} />
        <Menu.Item leftSection={<IconUser size={16} />} onClick={onProfile}>
          {account.isSingleUser ? t('account.preferences') : t('account.profile')}
        </Menu.Item>
        <Menu.Item leftSection={<IconKeyboard size={16} />} onClick={onShortcuts}>
          {t('shortcuts.title')}
        </Menu.Item>
        {account.isAdmin && (
          <Menu.Item leftSection={<IconShieldCog size={16} />} onClick={onAdministration}>
            {t('account.administration')}
          </Menu.Item>
        )}
        <Divider my={4} />
        <Menu.Label>{t('account.theme')}</Menu.Label>
        <Menu.RadioGroup
          value={theme}
          onChange={(chosen) => {
            const known = THEMES.find(({ value }) => value === chosen);
            if (known) setTheme(known.value);
          }}
        >
          {THEMES.map(({ value, icon, label }) => (
            <Menu.RadioItem key={value} value={value} rightSection={icon}>
              {t(label)}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        {LANGUAGES.length > 1 && (
          <>
            <Menu.Label>{t('account.language')}</Menu.Label>
            <Menu.RadioGroup
              value={chooseLanguage(language)}
              onChange={(chosen) => {
                setLanguage(chosen);
              }}
            >
              {LANGUAGES.map((tag) => (
                <Menu.RadioItem key={tag} value={tag} lang={tag}>
                  {languageName(tag)}
                </Menu.RadioItem>
              ))}
            </Menu.RadioGroup>
          </>
        )}
        {!account.isSingleUser && (
          <>
            <Divider my={4} />
            <Menu.Item leftSection={<IconKey size={16} />} onClick={onChangePassword}>
              {t('password.title')}
            </Menu.Item>
            <Menu.Item
              leftSection={<IconLogout size={16} />}
              disabled={logout.isPending}
              onClick={() => {
                logout.mutate();
              }}
            >
              {t('account.logout')}
            </Menu.Item>
          </>
        )}
        {version.data && (
          <Text size="xs" c="dimmed" className={classes.version}>
            {t('account.version', { version: version.data.version })}
          </Text>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
