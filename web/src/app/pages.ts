// The pages behind the tabs and the profile menu. Each is fetched when it is opened first, so that signing in stays quick.
// A page with pages of its own has its own <Routes> below the address given in App.tsx.
import { lazy } from 'react';

export const GeneratePage = lazy(() => import('./GeneratePage').then((module) => ({ default: module.GeneratePage })));
export const UpscalePage = lazy(() => import('./UpscalePage').then((module) => ({ default: module.UpscalePage })));
export const WorkflowsPage = lazy(() =>
  import('@/features/workflows/WorkflowsPage').then((module) => ({ default: module.WorkflowsPage })),
);
export const ModelsPage = lazy(() => import('@/features/models/ModelsPage').then((module) => ({ default: module.ModelsPage })));
export const QueuePage = lazy(() => import('./QueueTab').then((module) => ({ default: module.QueueTab })));
export const ProfilePage = lazy(() => import('./ProfileTab').then((module) => ({ default: module.ProfileTab })));
export const AdminPages = lazy(() => import('./AdminPages').then((module) => ({ default: module.AdminPages })));
export const ShortcutsDialog = lazy(() => import('./ShortcutsDialog').then((module) => ({ default: module.ShortcutsDialog })));
