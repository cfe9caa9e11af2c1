import { Badge, Button, Group, Skeleton, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDeviceDesktop, IconDeviceMobile } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type OwnSession, useEndSession, useOwnSessions, useSignOutElsewhere } from '@/api/ownSessions';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { formatAgo, formatMoment } from '@/ui/moments';
import { Notice } from '@/ui/Notice';
import { Card } from '@/ui/Card';
import { browserOf } from './browsers';
import classes from './ProfilePage.module.css';

/** Where the account is signed in; each place can be signed out. */
export function SessionList() {
  const { t } = useTranslation();
  const sessions = useOwnSessions();
  const elsewhere = useSignOutElsewhere();
  const [asking, setAsking] = useState(false);
  const sorted = [...(sessions.data ?? [])].sort(
    (a, b) => Number(b.is_current) - Number(a.is_current) || b.last_activity_at.localeCompare(a.last_activity_at),
  );
  return (
    <Card
      flush
      title={t('profile.sessions')}
      hint={t('profile.sessionsHint')}
      actions={
        sorted.length > 1 && (
          <Button
            size="xs"
            variant="default"
            onClick={() => {
              setAsking(true);
            }}
          >
            {t('profile.signOutElsewhere')}
          </Button>
        )
      }
    >
      {sessions.isPending && <Skeleton height={120} m="lg" />}
      {sessions.isError && (
        <Notice kind="error" title={t('profile.sessionsFailed')}>
          {sessions.error.message}
        </Notice>
      )}
      <ul className={classes.sessions} aria-label={t('profile.sessions')}>
        {sorted.map((session) => (
          <Session key={session.session_id} session={session} now={sessions.dataUpdatedAt} />
        ))}
      </ul>
      <ConfirmDialog
        opened={asking}
        title={t('profile.signOutElsewhereTitle')}
        hint={t('profile.signOutElsewhereHint')}
        confirmLabel={t('profile.signOutElsewhere')}
        cancelLabel={t('admin.cancel')}
        isPending={elsewhere.isPending}
        error={elsewhere.error && { title: t('profile.endFailed'), message: elsewhere.error.message }}
        onClose={() => {
          setAsking(false);
        }}
        onConfirm={() => {
          elsewhere.mutate(undefined, {
            onSuccess: () => {
              setAsking(false);
            },
          });
        }}
      />
    </Card>
  );
}

function Session({ session, now }: { session: OwnSession; now: number }) {
  const { t, i18n } = useTranslation();
  const end = useEndSession();
  const { browser, system, isPhone } = browserOf(session.user_agent);
  const name = [browser ?? t('profile.unknownBrowser'), system].filter(Boolean).join(' · ');
  const Icon = isPhone ? IconDeviceMobile : IconDeviceDesktop;
  return (
    <li className={classes.session}>
      <span className={classes.device} aria-hidden="true">
        <Icon size={20} stroke={1.6} />
      </span>
      <div className={classes.about}>
        <Group gap={8}>
          <Text size="sm" fw={550} title={session.user_agent ?? undefined}>
            {name}
          </Text>
          {session.is_current && (
            <Badge variant="light" radius="sm" tt="none">
              {t('profile.current')}
            </Badge>
          )}
        </Group>
        <Text size="xs" c="dimmed">
          {[
            t('profile.lastSeen', { ago: formatAgo(session.last_activity_at, now, i18n.language) }),
            session.address,
            t('profile.endsAt', { time: formatMoment(session.expires_at, i18n.language) }),
          ]
            .filter(Boolean)
            .join(' · ')}
        </Text>
      </div>
      {!session.is_current && (
        <Button
          size="xs"
          variant="default"
          aria-label={t('profile.endNamed', { name })}
          loading={end.isPending}
          onClick={() => {
            end.mutate(session.session_id, {
              onError: (error) => {
                notifications.show({ color: 'red', title: t('profile.endFailed'), message: error.message });
              },
            });
          }}
        >
          {t('profile.end')}
        </Button>
      )}
    </li>
  );
}
