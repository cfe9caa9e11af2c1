import { notifications } from '@mantine/notifications';
import { VisuallyHidden } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { type Account, useMediaCookie } from '@/api/auth';
import { useMainModels } from '@/api/models';
import { Gallery } from '@/features/gallery/Gallery';
import { Viewer } from '@/features/gallery/Viewer';
import { GeneratePanel } from '@/features/generate/GeneratePanel';
import { isSupported } from '@/features/generate/graph';
import { choose, recall } from '@/features/generate/recall';
import { useSettings } from '@/features/generate/settings';
import { SettingsProvider } from '@/features/generate/SettingsProvider';
import { AddModelDialog } from '@/features/models/AddModelDialog';
import { ModelSelect } from '@/features/models/ModelSelect';
import { QueueStatus } from '@/features/queue/QueueStatus';
import { QueueTiles } from '@/features/queue/QueueTiles';
import { useVisibleItems } from '@/features/queue/visible';
import { paths } from './paths';
import classes from './Studio.module.css';

/** The page where pictures are made and looked at. */
export function Studio({ account }: { account: Account }) {
  return (
    <SettingsProvider key={account.id} accountId={account.id}>
      <Workbench account={account} />
    </SettingsProvider>
  );
}

function Workbench({ account }: { account: Account }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { name } = useParams();
  const [settings, change] = useSettings();
  const [addOpened, add] = useDisclosure(false);
  const ready = useMediaCookie(account);
  const models = useMainModels().data ?? [];
  const items = useVisibleItems(account.id);

  const usable = models.filter(isSupported);
  // With one model there is nothing to choose.
  const model = usable.find(({ key }) => key === settings.modelKey) ?? (usable.length === 1 ? (usable[0] ?? null) : null);

  return (
    <div className={classes.studio}>
      <VisuallyHidden>
        <h1>{t('app.studio')}</h1>
      </VisuallyHidden>
      <div className={classes.panel}>
        <GeneratePanel
          model={model}
          modelPicker={
            <ModelSelect
              value={model?.key ?? null}
              isSupported={isSupported}
              onChange={(chosen) => {
                change(choose(chosen));
              }}
              onAdd={account.isAdmin ? add.open : undefined}
            />
          }
          status={<QueueStatus items={items} />}
          onStarted={() => {
            const pictures = document.getElementById('pictures');
            pictures?.scrollTo({ top: 0 });
            // On a phone the page itself scrolls.
            pictures?.scrollIntoView({ block: 'start' });
          }}
        />
      </div>
      <div className={classes.pictures} id="pictures">
        <Gallery leading={<QueueTiles items={items} />} hasLeading={items.length > 0} ready={ready} imagePath={paths.image} />
      </div>
      {account.isAdmin && (
        <AddModelDialog
          opened={addOpened}
          onClose={add.close}
          onInstalled={(key) => {
            const installed = models.find((candidate) => candidate.key === key);
            change(installed && isSupported(installed) ? choose(installed) : { modelKey: key });
          }}
        />
      )}
      {name !== undefined && (
        <Viewer
          name={name}
          ready={ready}
          onShow={(next) => void navigate(paths.image(next), { replace: true })}
          onClose={() => void navigate(paths.studio())}
          onUse={(metadata) => {
            change(recall(metadata, models));
            notifications.show({ color: 'verdigris', message: t('viewer.used') });
            void navigate(paths.studio());
          }}
        />
      )}
    </div>
  );
}
