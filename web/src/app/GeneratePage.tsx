import { useDisclosure } from '@mantine/hooks';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Route, Routes } from 'react-router';
import { useMember } from '@/api/member';
import { useAllModels } from '@/api/models';
import { DropTargets } from '@/features/generate/DropTargets';
import { GeneratePanel } from '@/features/generate/GeneratePanel';
import { choose } from '@/features/generate/recall';
import { chosenModel, useSettings } from '@/features/generate/settings';
import { AddModelDialog } from '@/features/models/AddModelDialog';
import { ModelSelect } from '@/features/models/ModelSelect';
import { ExamplePrompts } from '@/features/starter/ExamplePrompts';
import { isSupported } from '@/graphs/generation';
import { paths } from './paths';
import { type PanelProps, Workspace } from './Workspace';

/** Where pictures are made from words and other pictures. */
export function GeneratePage() {
  const { t } = useTranslation();
  const workspace = (
    <Workspace
      heading={t('app.studio')}
      panelName={t('workspace.settings')}
      panel={(props) => <Panel {...props} />}
      homePath={paths.generate()}
      imagePath={paths.image}
      start={<Start />}
    />
  );
  return (
    <Routes>
      <Route path="image/:name" element={workspace} />
      <Route path="*" element={workspace} />
    </Routes>
  );
}

/** What a new installation can draw at once. */
function Start() {
  const [, change] = useSettings();
  const models = useAllModels().data ?? [];
  return (
    <ExamplePrompts
      models={models.filter(isSupported)}
      onChoose={(starter, prompt) => {
        change({ ...choose(starter), prompt });
      }}
    />
  );
}

function Panel(props: PanelProps) {
  const account = useMember();
  const [settings, change] = useSettings();
  const [addOpened, add] = useDisclosure(false);
  const models = useAllModels().data ?? [];
  const usable = models.filter(isSupported);
  const model = chosenModel(usable, settings.modelKey);
  const unchosen = settings.modelKey === null ? model : null;
  // The only model is chosen by nobody; the size and sampling that it asks for come with it nevertheless.
  useEffect(() => {
    if (unchosen !== null) change(choose(unchosen));
  }, [unchosen, change]);
  return (
    <DropTargets models={models} base={model?.base ?? null}>
      <GeneratePanel
        {...props}
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
      />
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
    </DropTargets>
  );
}
