import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEnqueue } from '@/api/queue';
import type { Document } from './document';
import { enqueueBody, problemsOf, type Problem, type Templates } from './graph';

/** Starts a workflow; the items that came of the last start, and what stood against it. */
export function useRun(templates: Templates) {
  const { t } = useTranslation();
  const enqueue = useEnqueue();
  const [items, setItems] = useState<readonly number[]>([]);
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const run = (document: Document, runs: number) => {
    const found = problemsOf(document, templates);
    setProblems(found);
    if (found.length > 0) return;
    enqueue.mutate(enqueueBody(document, templates, runs), {
      onSuccess: ({ item_ids: ids }) => {
        setItems(ids);
        notifications.show({ color: 'verdigris', message: t('workflows.started', { count: ids.length }) });
      },
    });
  };
  return { run, items, problems, isStarting: enqueue.isPending, error: enqueue.error };
}
