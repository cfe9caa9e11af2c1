import '@testing-library/jest-dom/vitest';
import { cleanup, configure } from '@testing-library/react';
import { afterEach, beforeEach } from 'vitest';
import { useSession } from '@/api/session';

// What Mantine calls and happy-dom does not do: nothing is laid out there.
document.head.append(Object.assign(document.createElement('base'), { href: '/' }));
window.HTMLElement.prototype.scrollIntoView = () => undefined;
// A window large enough for the first rows of long lists.
for (const side of ['clientHeight', 'clientWidth'])
  Object.defineProperty(window.HTMLElement.prototype, side, { get: () => 1000 });
Object.defineProperty(document, 'fonts', { value: new EventTarget() });

configure({ asyncUtilTimeout: 10_000 });

beforeEach(() => {
  localStorage.clear();
  useSession.setState({ token: null, generation: 0, expired: false });
  window.history.replaceState(null, '', '/');
});

afterEach(cleanup);
