import { ActionIcon, Button, Group, Modal, Text, TextInput, Tooltip, UnstyledButton } from '@mantine/core';
import { IconRestore, IconSearch } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usePreference } from '@/api/preferences';
import { type Action, ACTIONS, combination, groupOf, GROUPS, keyCaps, keysOf } from '@/shortcuts/registry';
import { usePausedShortcuts } from '@/shortcuts/useShortcut';
import { KeyCaps } from '@/ui/KeyCaps';
import classes from './ShortcutsDialog.module.css';

/** Every shortcut, and how to change it. */
export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [changed, change] = usePreference('shortcuts');
  const [search, setSearch] = useState('');
  const [choosing, setChoosing] = useState<Action | null>(null);
  usePausedShortcuts(true);

  useEffect(() => {
    if (choosing === null) return;
    const listen = (event: KeyboardEvent) => {
      const pressed = combination(event);
      if (pressed === null || event.key === 'Tab') return;
      event.preventDefault();
      event.stopPropagation();
      setChoosing(null);
      if (pressed === 'escape') return;
      // Keys stand for one thing: who had them before loses them.
      const without = ACTIONS.filter((action) => action !== choosing && keysOf(action, changed).includes(pressed)).map(
        (action) => [action, keysOf(action, changed).filter((key) => key !== pressed)] as const,
      );
      change({ ...changed, ...Object.fromEntries(without), [choosing]: [pressed] });
    };
    // Before the dialog hears of Escape.
    document.addEventListener('keydown', listen, { capture: true });
    return () => {
      document.removeEventListener('keydown', listen, { capture: true });
    };
  }, [choosing, changed, change]);

  const label = (action: Action) => t(`shortcuts.actions.${action}`);
  const matches = ACTIONS.filter((action) => label(action).toLowerCase().includes(search.trim().toLowerCase()));
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('shortcuts.title')}
      size="lg"
      closeOnEscape={choosing === null}
      closeButtonProps={{ 'aria-label': t('shortcuts.close') }}
    >
      <TextInput
        data-autofocus
        aria-label={t('shortcuts.search')}
        placeholder={t('shortcuts.search')}
        leftSection={<IconSearch size={16} />}
        value={search}
        onChange={(event) => {
          setSearch(event.currentTarget.value);
        }}
      />
      <Text size="sm" c="dimmed" my="sm">
        {t('shortcuts.hint')}
      </Text>
      {GROUPS.map((group) => {
        const actions = matches.filter((action) => groupOf(action) === group);
        if (actions.length === 0) return null;
        return (
          <section key={group} className={classes.group} aria-label={t(`shortcuts.groups.${group}`)}>
            <h3 className={classes.heading}>{t(`shortcuts.groups.${group}`)}</h3>
            {actions.map((action) => {
              const keys = keysOf(action, changed);
              return (
                <div key={action} className={classes.row}>
                  <span className={classes.name}>{label(action)}</span>
                  {changed[action] !== undefined && (
                    <Tooltip label={t('shortcuts.reset')}>
                      <ActionIcon
                        variant="subtle"
                        color="gray"
                        aria-label={t('shortcuts.resetOf', { action: label(action) })}
                        onClick={() => {
                          change(Object.fromEntries(Object.entries(changed).filter(([name]) => name !== action)));
                        }}
                      >
                        <IconRestore size={16} />
                      </ActionIcon>
                    </Tooltip>
                  )}
                  <UnstyledButton
                    className={classes.keys}
                    data-choosing={choosing === action || undefined}
                    aria-label={t('shortcuts.change', {
                      action: label(action),
                      keys: keys.map((key) => keyCaps(key).join(' ')).join(', '),
                    })}
                    onClick={() => {
                      setChoosing(choosing === action ? null : action);
                    }}
                  >
                    {choosing === action ? (
                      <span className={classes.press}>{t('shortcuts.press')}</span>
                    ) : keys.length === 0 ? (
                      <span className={classes.press}>{t('shortcuts.none')}</span>
                    ) : (
                      keys.map((key) => <KeyCaps key={key} caps={keyCaps(key)} />)
                    )}
                  </UnstyledButton>
                </div>
              );
            })}
          </section>
        );
      })}
      {Object.keys(changed).length > 0 && (
        <Group justify="flex-end" mt="md">
          <Button
            variant="default"
            leftSection={<IconRestore size={16} />}
            onClick={() => {
              change({});
            }}
          >
            {t('shortcuts.resetAll')}
          </Button>
        </Group>
      )}
    </Modal>
  );
}
