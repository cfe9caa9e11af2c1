import { ActionIcon, Group, Text, TextInput, UnstyledButton } from '@mantine/core';
import { IconSearch, IconX } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Templates } from './graph';
import classes from './Palette.module.css';
import type { NodeTemplate } from './templates';

type Props = { templates: Templates; onAdd: (type: string) => void; onClose: () => void };

/** Every node there is, by category, to put onto the sheet. */
export function Palette({ templates, onAdd, onClose }: Props) {
  const { t } = useTranslation();
  const [search, setSearch] = useState('');
  const groups = useMemo(() => groupNodes([...templates.values()], search), [templates, search]);
  return (
    <aside className={classes.palette} aria-label={t('workflows.palette')}>
      <Group gap="xs" wrap="nowrap" p="sm">
        <TextInput
          flex={1}
          size="sm"
          aria-label={t('workflows.searchNodes')}
          placeholder={t('workflows.searchNodes')}
          leftSection={<IconSearch size={15} />}
          value={search}
          onChange={(event) => {
            setSearch(event.currentTarget.value);
          }}
          onKeyDown={(event) => {
            const first = groups[0]?.nodes[0];
            if (event.key === 'Enter' && search.trim() !== '' && first) onAdd(first.type);
          }}
        />
        <ActionIcon variant="subtle" color="gray" aria-label={t('workflows.closePalette')} onClick={onClose}>
          <IconX size={17} />
        </ActionIcon>
      </Group>
      <div className={classes.groups} tabIndex={0} role="group" aria-label={t('workflows.palette')}>
        {groups.map(({ category, nodes }) => (
          <section key={category} aria-label={category}>
            <Text size="xs" fw={600} c="dimmed" className={classes.category}>
              {category.replaceAll('_', ' ')}
            </Text>
            {nodes.map((node) => (
              <UnstyledButton
                key={node.type}
                className={classes.item}
                title={node.description}
                onClick={() => {
                  onAdd(node.type);
                }}
              >
                {node.title}
              </UnstyledButton>
            ))}
          </section>
        ))}
        {groups.length === 0 && (
          <Text size="sm" c="dimmed" p="md">
            {t('workflows.noNode')}
          </Text>
        )}
      </div>
    </aside>
  );
}

/** Nodes whose title, type, tags or description contain every word of the search: by category, those named so first. */
export function groupNodes(nodes: readonly NodeTemplate[], search: string): { category: string; nodes: NodeTemplate[] }[] {
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const found = nodes.filter((node) => {
    const text = `${node.title} ${node.type} ${node.tags.join(' ')} ${node.description}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const named = (node: NodeTemplate) => words.length > 0 && words.every((word) => node.title.toLowerCase().includes(word));
  const categories = [...new Set(found.map((node) => node.category))];
  return categories
    .map((category) => ({
      category,
      nodes: found
        .filter((node) => node.category === category)
        .sort((a, b) => Number(named(b)) - Number(named(a)) || a.title.localeCompare(b.title)),
    }))
    .sort((a, b) => Number(b.nodes.some(named)) - Number(a.nodes.some(named)) || a.category.localeCompare(b.category));
}
