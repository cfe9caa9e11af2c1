import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useMemo, useState } from 'react';
import { I18nextProvider, useTranslation } from 'react-i18next';
import { forgetOnAccountChange } from '@/api/auth';
import { ApiError } from '@/api/client';
import i18n from '@/i18n';
import { cssVariables, themeWith } from './theme';

// One for the whole page: a new one at every rendering would make every function of the theme a new one.
const colorSchemes = localStorageColorSchemeManager();

function createCache(): QueryClient {
  const cache = new QueryClient({
    defaultOptions: {
      // Whether the browser has an internet says nothing of a server on this machine or in this house.
      mutations: { networkMode: 'always' },
      queries: {
        networkMode: 'always',
        // What the server refused it will refuse again; what it did not hear may work the next time.
        retry: (failures, error) => failures < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
        staleTime: 10_000,
        refetchOnWindowFocus: false,
      },
    },
  });
  forgetOnAccountChange(cache);
  return cache;
}

/** `isTest` leaves out transitions, which no test wants to wait for. */
export function Providers({ children, isTest = false }: { children: ReactNode; isTest?: boolean }) {
  const [cache] = useState(createCache);
  return (
    <I18nextProvider i18n={i18n}>
      <QueryClientProvider client={cache}>
        <Looks isTest={isTest}>
          <Notifications position="top-center" autoClose={5000} />
          {children}
        </Looks>
      </QueryClientProvider>
    </I18nextProvider>
  );
}

function Looks({ children, isTest }: { children: ReactNode; isTest: boolean }) {
  const { t } = useTranslation();
  const close = t('app.close');
  const theme = useMemo(() => themeWith({ close }), [close]);
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      colorSchemeManager={colorSchemes}
      env={isTest ? 'test' : 'default'}
    >
      {children}
    </MantineProvider>
  );
}
