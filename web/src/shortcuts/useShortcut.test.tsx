import { fireEvent, render, screen } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { useShortcut } from './useShortcut';

function Page({ onNext, onClear }: { onNext: () => void; onClear: () => void }) {
  useShortcut('nextImage', onNext);
  useShortcut('clearSelection', onClear);
  return (
    <>
      <button>page</button>
      <div role="dialog">
        <button>question</button>
      </div>
      <div role="dialog" data-shortcuts>
        <button>large view</button>
        <input type="range" aria-label="divide" />
      </div>
    </>
  );
}

test('a dialog and a slider have their keys for themselves', () => {
  const [onNext, onClear] = [vi.fn(), vi.fn()];
  render(<Page onNext={onNext} onClear={onClear} />);
  const press = (label: string, key: string) => fireEvent.keyDown(screen.getByText(label), { key });
  press('question', 'Escape');
  expect(onClear).not.toHaveBeenCalled();
  press('page', 'Escape');
  expect(onClear).toHaveBeenCalledOnce();

  press('large view', 'ArrowRight');
  expect(onNext).toHaveBeenCalledOnce();
  fireEvent.keyDown(screen.getByLabelText('divide'), { key: 'ArrowRight' });
  expect(onNext).toHaveBeenCalledOnce();
});
