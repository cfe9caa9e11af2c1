import { Center, Loader } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Route, Routes } from 'react-router';
import { LibraryPage } from './LibraryPage';
import { RunPage } from './RunPage';

// The editor brings a drawing library with it, which the library and the forms do without.
const EditorPage = lazy(() => import('./EditorPage').then((module) => ({ default: module.EditorPage })));

/** The library, a workflow's form, and the editor. */
export function WorkflowsPage() {
  const { t } = useTranslation();
  return (
    <Suspense
      fallback={
        <Center h="100%" mih={240}>
          <Loader aria-label={t('app.loading')} />
        </Center>
      }
    >
      <Routes>
        <Route index element={<LibraryPage />} />
        <Route path="new" element={<EditorPage />} />
        <Route path="run/:id" element={<RunPage />} />
        <Route path="edit/:id" element={<EditorPage />} />
      </Routes>
    </Suspense>
  );
}
