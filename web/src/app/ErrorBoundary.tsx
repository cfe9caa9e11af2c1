import { Button, Center } from '@mantine/core';
import { IconMoodSad } from '@tabler/icons-react';
import { Component, type ReactNode } from 'react';
import i18n from '@/i18n';
import { EmptyState } from '@/ui/EmptyState';

/** The last resort: a page that broke says so instead of turning white. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <Center mih="100dvh">
        <EmptyState icon={<IconMoodSad size={32} stroke={1.6} />} title={i18n.t('app.crashed')} hint={i18n.t('app.crashedHint')}>
          <Button
            onClick={() => {
              window.location.reload();
            }}
          >
            {i18n.t('app.reload')}
          </Button>
        </EmptyState>
      </Center>
    );
  }
}
