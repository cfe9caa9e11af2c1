import { useTranslation } from 'react-i18next';
import { Route, Routes } from 'react-router';
import { UpscalePanel } from '@/features/upscale/UpscalePanel';
import { paths } from './paths';
import { Workspace } from './Workspace';

/** Where pictures are made larger. */
export function UpscalePage() {
  const { t } = useTranslation();
  const workspace = (
    <Workspace
      heading={t('upscale.title')}
      panelName={t('workspace.settings')}
      panel={(props) => <UpscalePanel {...props} />}
      homePath={paths.upscale()}
      imagePath={paths.upscaleImage}
    />
  );
  return (
    <Routes>
      <Route path="image/:name" element={workspace} />
      <Route path="*" element={workspace} />
    </Routes>
  );
}
