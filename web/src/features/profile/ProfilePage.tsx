import { Badge, Button, Group, SegmentedControl, Select, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { IconDeviceDesktop, IconKey, IconKeyboard, IconLogout, IconMoon, IconSun } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Account } from '@/api/auth';
import { useRename } from '@/api/ownSessions';
import { usePreference } from '@/api/preferences';
import { chooseLanguage, languageName, LANGUAGES } from '@/i18n';
import { Notice } from '@/ui/Notice';
import { PageFrame } from '@/ui/PageFrame';
import { Card } from '@/ui/Card';
import classes from './ProfilePage.module.css';
import { SessionList } from './SessionList';

type Props = {
  account: Account;
  onChangePassword: () => void;
  onShortcuts: () => void;
  onLogout: () => void;
};

/** The own account: name, password, where it is signed in, how the page looks. */
export function ProfilePage({ account, onChangePassword, onShortcuts, onLogout }: Props) {
  const { t } = useTranslation();
  return (
    <PageFrame
      title={t('account.profile')}
      width="reading"
      hint={account.isSingleUser ? t('account.singleUserHint') : (account.email ?? '')}
    >
      {!account.isSingleUser && (
        <Card
          title={t('profile.account')}
          {...(account.isAdmin && {
            actions: (
              <Badge variant="light" radius="sm" tt="none">
                {t('account.admin')}
              </Badge>
            ),
          })}
        >
          <DisplayName key={account.name} account={account} />
          <div className={classes.row}>
            <div>
              <Text size="sm" fw={550}>
                {t('auth.password')}
              </Text>
              <Text size="xs" c="dimmed">
                {t('password.hint')}
              </Text>
            </div>
            <Button variant="default" leftSection={<IconKey size={16} />} onClick={onChangePassword}>
              {t('password.title')}
            </Button>
          </div>
          <div className={classes.row}>
            <div>
              <Text size="sm" fw={550}>
                {t('profile.thisDevice')}
              </Text>
              <Text size="xs" c="dimmed">
                {t('profile.thisDeviceHint')}
              </Text>
            </div>
            <Button variant="default" leftSection={<IconLogout size={16} />} onClick={onLogout}>
              {t('account.logout')}
            </Button>
          </div>
        </Card>
      )}
      <Card title={t('profile.preferences')} hint={t('profile.preferencesHint')}>
        <ThemeChoice />
        <LanguageChoice />
        <div className={classes.row}>
          <div>
            <Text size="sm" fw={550}>
              {t('shortcuts.title')}
            </Text>
            <Text size="xs" c="dimmed">
              {t('profile.shortcutsHint')}
            </Text>
          </div>
          <Button variant="default" leftSection={<IconKeyboard size={16} />} onClick={onShortcuts}>
            {t('profile.shortcutsChange')}
          </Button>
        </div>
      </Card>
      {!account.isSingleUser && <SessionList />}
    </PageFrame>
  );
}

function DisplayName({ account }: { account: Account }) {
  const { t } = useTranslation();
  const rename = useRename();
  const form = useForm({
    initialValues: { name: account.name === account.email ? '' : account.name },
    validate: { name: (name) => (name.trim() === '' ? t('profile.nameRequired') : null) },
  });
  const submit = form.onSubmit(({ name }) => {
    rename.mutate(name.trim(), {
      onSuccess: () => {
        notifications.show({ color: 'verdigris', message: t('profile.renamed') });
      },
    });
  });
  return (
    <form onSubmit={submit} noValidate aria-label={t('auth.displayName')}>
      <Group align="flex-start" gap="xs" wrap="nowrap">
        <TextInput
          flex={1}
          label={t('auth.displayName')}
          description={t('profile.nameHint')}
          autoComplete="name"
          {...form.getInputProps('name')}
        />
        <Button
          type="submit"
          className={classes.save ?? ''}
          variant="default"
          disabled={!form.isDirty()}
          loading={rename.isPending}
        >
          {t('admin.save')}
        </Button>
      </Group>
      {rename.error && (
        <Notice kind="error" title={t('profile.renameFailed')}>
          {rename.error.message}
        </Notice>
      )}
    </form>
  );
}

const SCHEMES = [
  { value: 'light', icon: IconSun, label: 'account.light' },
  { value: 'dark', icon: IconMoon, label: 'account.dark' },
  { value: 'auto', icon: IconDeviceDesktop, label: 'account.system' },
] as const;

function ThemeChoice() {
  const { t } = useTranslation();
  const [theme, setTheme] = usePreference('theme');
  return (
    <div className={classes.row}>
      <div>
        <Text size="sm" fw={550}>
          {t('account.theme')}
        </Text>
        <Text size="xs" c="dimmed">
          {t('profile.themeHint')}
        </Text>
      </div>
      <SegmentedControl
        aria-label={t('account.theme')}
        value={theme}
        onChange={(value) => {
          const chosen = SCHEMES.find((scheme) => scheme.value === value);
          if (chosen) setTheme(chosen.value);
        }}
        data={SCHEMES.map(({ value, icon: Icon, label }) => ({
          value,
          label: (
            <Group gap={6} wrap="nowrap">
              <Icon size={15} aria-hidden="true" />
              {t(label)}
            </Group>
          ),
        }))}
      />
    </div>
  );
}

function LanguageChoice() {
  const { t } = useTranslation();
  const [language, setLanguage] = usePreference('language');
  return (
    <div className={classes.row}>
      <div>
        <Text size="sm" fw={550}>
          {t('profile.language')}
        </Text>
        <Text size="xs" c="dimmed">
          {t('profile.languageHint')}
        </Text>
      </div>
      <Select
        w={260}
        aria-label={t('profile.language')}
        allowDeselect={false}
        value={language ?? ''}
        data={[
          { value: '', label: t('profile.browserLanguage', { name: languageName(chooseLanguage(null)) }) },
          ...LANGUAGES.map((value) => ({ value, label: languageName(value) })),
        ]}
        onChange={(value) => {
          setLanguage(value === '' ? null : value);
        }}
      />
    </div>
  );
}
