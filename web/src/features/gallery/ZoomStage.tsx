import { ActionIcon, Loader, Tooltip } from '@mantine/core';
import { IconMaximize, IconZoomIn, IconZoomOut } from '@tabler/icons-react';
import { type PointerEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { fullUrl, type Image } from '@/api/images';
import { useShortcut } from '@/shortcuts/useShortcut';
import { formatTime } from '@/ui/dates';
import { type Camera, FIT, isFit, panned, zoomed } from './camera';
import classes from './ZoomStage.module.css';

const STEP = 1.35;

/** A picture that can be enlarged with the wheel, the keyboard or a double click, and moved by dragging. */
export function ZoomStage({ image }: { image: Image }) {
  const { t, i18n } = useTranslation();
  const stage = useRef<HTMLDivElement>(null);
  const [camera, setCamera] = useState<Camera>(FIT);
  const [loaded, setLoaded] = useState(false);
  const [broken, setBroken] = useState(false);
  const grip = useRef<{ x: number; y: number } | null>(null);

  const zoomBy = (factor: number) => {
    setCamera((now) => zoomed(now, factor, 0, 0));
  };
  useShortcut('zoomIn', () => {
    zoomBy(STEP);
  });
  useShortcut('zoomOut', () => {
    zoomBy(1 / STEP);
  });
  useShortcut('zoomFit', () => {
    setCamera(FIT);
  });

  // React listens to wheels passively, but the page must not scroll.
  useEffect(() => {
    const element = stage.current;
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const box = element?.getBoundingClientRect();
      if (!box) return;
      const x = event.clientX - box.left - box.width / 2;
      const y = event.clientY - box.top - box.height / 2;
      setCamera((now) => zoomed(now, Math.exp(-event.deltaY * 0.0016), x, y));
    };
    element?.addEventListener('wheel', onWheel, { passive: false });
    return () => {
      element?.removeEventListener('wheel', onWheel);
    };
  }, []);

  const onPointerMove = (event: PointerEvent) => {
    if (grip.current === null) return;
    const { x, y } = grip.current;
    grip.current = { x: event.clientX, y: event.clientY };
    setCamera((now) => panned(now, event.clientX - x, event.clientY - y));
  };

  const button = (label: string, icon: ReactNode, onClick: () => void) => (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" size={32} aria-label={label} onClick={onClick}>
        {icon}
      </ActionIcon>
    </Tooltip>
  );

  return (
    <>
      <div
        ref={stage}
        className={classes.stage}
        data-zoomed={!isFit(camera) || undefined}
        onDoubleClick={() => {
          setCamera(isFit(camera) ? zoomed(FIT, 2.5, 0, 0) : FIT);
        }}
        onPointerDown={(event) => {
          if (isFit(camera)) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          grip.current = { x: event.clientX, y: event.clientY };
        }}
        onPointerMove={onPointerMove}
        onPointerUp={() => {
          grip.current = null;
        }}
        onPointerCancel={() => {
          grip.current = null;
        }}
      >
        <img
          className={classes.image}
          data-loaded={loaded || undefined}
          data-sharp={camera.scale > 4 || undefined}
          src={fullUrl(image)}
          alt={t('viewer.image', { date: formatTime(image.created_at, i18n.language) })}
          draggable={false}
          style={{ transform: `translate(${camera.x}px, ${camera.y}px) scale(${camera.scale})` }}
          onLoad={() => {
            setLoaded(true);
          }}
          onError={() => {
            setBroken(true);
          }}
        />
        {broken && (
          <div className={classes.broken} role="alert">
            {t('gallery.broken')}
          </div>
        )}
        {!loaded && !broken && <Loader className={classes.loader ?? ''} aria-label={t('app.loading')} />}
      </div>
      <div className={classes.controls} role="toolbar" aria-label={t('viewer.zoom')}>
        {button(t('viewer.zoomOut'), <IconZoomOut size={18} />, () => {
          zoomBy(1 / STEP);
        })}
        <span className={classes.scale} role="status">
          {Math.round(camera.scale * 100)} %
        </span>
        {button(t('viewer.zoomIn'), <IconZoomIn size={18} />, () => {
          zoomBy(STEP);
        })}
        {button(t('viewer.zoomFit'), <IconMaximize size={18} />, () => {
          setCamera(FIT);
        })}
      </div>
    </>
  );
}
