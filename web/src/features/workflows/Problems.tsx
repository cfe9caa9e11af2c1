import { List } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Notice } from '@/ui/Notice';
import type { Problem } from './graph';

/** What stands against running a workflow, in words. */
export function Problems({ problems }: { problems: readonly Problem[] }) {
  const { t } = useTranslation();
  if (problems.length === 0) return null;
  const words = (problem: Problem): string => {
    switch (problem.kind) {
      case 'empty':
        return t('workflows.problem.empty');
      case 'unknownNode':
        return t('workflows.problem.unknownNode', { node: problem.node });
      case 'missingInput':
        return t('workflows.problem.missingInput', { node: problem.node, field: problem.field });
      case 'danglingEdge':
        return t('workflows.problem.danglingEdge', { node: problem.node });
    }
  };
  return (
    <Notice kind="error" title={t('workflows.cannotRun')}>
      <List size="sm">
        {[...new Set(problems.map(words))].map((line) => (
          <List.Item key={line}>{line}</List.Item>
        ))}
      </List>
    </Notice>
  );
}
