import '@fontsource-variable/inter';
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './app/global.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { followOtherTabs } from './api/session';
import type { Connect } from './api/socket';
import { App } from './app/App';
import { ErrorBoundary } from './app/ErrorBoundary';
import { Providers } from './app/Providers';
import { lastLanguage, showLanguage } from './i18n';
import { ConnectContext } from './app/Shell';

async function start(element: HTMLElement) {
  let connect: Connect | undefined;
  if (import.meta.env.MODE === 'mock') {
    const { startFakeServer } = await import('./mock/browser');
    connect = startFakeServer();
  }
  followOtherTabs();
  await showLanguage(lastLanguage()).catch(() => undefined);
  createRoot(element).render(
    <StrictMode>
      <Providers>
        <ErrorBoundary>
          <ConnectContext value={connect}>
            <App />
          </ConnectContext>
        </ErrorBoundary>
      </Providers>
    </StrictMode>,
  );
}

const root = document.getElementById('root');
if (root) void start(root);
