import { Badge, Code, SegmentedControl, Skeleton, Switch, Table, Text, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useConfiguration } from '@/api/server';
import { Notice } from '@/ui/Notice';
import { Card } from '@/ui/Card';
import { BackupSetting } from './BackupSetting';
import { ChangeableSettings } from './ChangeableSettings';
import classes from './ConfigurationPage.module.css';
import { LogLevelSetting } from './LogLevelSetting';
import { ResultCacheSetting } from './ResultCacheSetting';

/** How the server is set up: what can be changed while it runs, and every key with its value. */
export function ConfigurationPage() {
  const { t } = useTranslation();
  const configuration = useConfiguration();
  const { data } = configuration;
  return (
    <>
      {configuration.isError && (
        <Notice kind="error" title={t('admin.configuration.failed')}>
          {configuration.error.message}
        </Notice>
      )}
      <Card title={t('admin.configuration.changeable')} hint={t('admin.configuration.changeableHint')}>
        {data ? <ChangeableSettings key={JSON.stringify(data)} configuration={data} /> : <Skeleton height={180} />}
      </Card>
      <Card title={t('admin.configuration.backups')} hint={t('admin.configuration.backupsHint')}>
        <BackupSetting />
      </Card>
      <Card title={t('admin.configuration.running')} hint={t('admin.configuration.runningHint')}>
        <LogLevelSetting />
        <ResultCacheSetting />
      </Card>
      {data && <AllKeys config={data.config} given={data.set_fields} />}
    </>
  );
}

function AllKeys({ config, given }: { config: Record<string, unknown>; given: readonly string[] }) {
  const { t } = useTranslation();
  const [filter, setFilter] = useState('');
  const [shown, setShown] = useState<'all' | 'given'>('all');
  const set = new Set(given);
  const rows = Object.entries(config)
    .filter(([key]) => key.includes(filter.trim().toLowerCase()))
    .filter(([key]) => shown === 'all' || set.has(key))
    .sort(([a], [b]) => a.localeCompare(b));
  return (
    <Card
      flush
      title={t('admin.configuration.all')}
      hint={t('admin.configuration.allHint')}
      actions={
        <>
          <SegmentedControl
            size="xs"
            aria-label={t('admin.configuration.which')}
            value={shown}
            onChange={setShown}
            data={[
              { value: 'all', label: t('admin.configuration.everyKey') },
              { value: 'given', label: t('admin.configuration.setKeys') },
            ]}
          />
          <TextInput
            size="xs"
            aria-label={t('admin.configuration.search')}
            placeholder={t('admin.configuration.search')}
            leftSection={<IconSearch size={14} />}
            value={filter}
            onChange={(event) => {
              setFilter(event.currentTarget.value);
            }}
          />
        </>
      }
    >
      <Table verticalSpacing={8} horizontalSpacing="lg" aria-label={t('admin.configuration.all')} className={classes.keys}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('admin.configuration.key')}</Table.Th>
            <Table.Th>{t('admin.configuration.value')}</Table.Th>
            <Table.Th>{t('admin.configuration.origin')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(([key, value]) => (
            <Table.Tr key={key}>
              <Table.Td>
                <Code className={classes.key}>{key}</Code>
              </Table.Td>
              <Table.Td className={classes.value}>
                <Value value={value} />
              </Table.Td>
              <Table.Td>
                {set.has(key) ? (
                  <Badge variant="light" radius="sm" tt="none">
                    {t('admin.configuration.set')}
                  </Badge>
                ) : (
                  <Text size="sm" c="dimmed">
                    {t('admin.configuration.default')}
                  </Text>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Card>
  );
}

function Value({ value }: { value: unknown }) {
  const { t } = useTranslation();
  if (value === null || value === undefined)
    return (
      <Text size="sm" c="dimmed">
        {t('admin.configuration.none')}
      </Text>
    );
  if (typeof value === 'boolean') return <Switch size="xs" checked={value} readOnly disabled aria-label={String(value)} />;
  return <span>{typeof value === 'string' ? value : JSON.stringify(value)}</span>;
}
