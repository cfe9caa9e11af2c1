// Whole journeys through the page, by what a person sees, against the fake server.
import { act, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import { followOtherTabs, signIn, useSession } from '@/api/session';
import { ADMIN, FakeServer } from '@/mock/FakeServer';
import { App } from './App';
import { Providers } from './Providers';
import { ConnectContext } from './Shell';

function open(server: FakeServer) {
  vi.stubGlobal('fetch', server.fetch);
  render(
    <Providers isTest>
      <ConnectContext value={() => server.openSocket().asLive()}>
        <App />
      </ConnectContext>
    </Providers>,
  );
  return userEvent.setup();
}

function openSignedIn(server: FakeServer) {
  signIn('token.user-1.test');
  return open(server);
}

async function enter(user: ReturnType<typeof userEvent.setup>, label: string, text: string) {
  const field = await screen.findByLabelText(label, { selector: 'input, textarea' });
  await user.clear(field);
  await user.type(field, text);
}

test('a new installation asks for its administrator and signs them in', async () => {
  const user = open(new FakeServer({ setupRequired: true }));
  expect(await screen.findByRole('heading', { name: 'Administrator Setup' })).toBeVisible();
  const rules = screen.getByRole('list', { name: 'The password needs' });
  expect(within(rules).getAllByText('missing', { exact: false })).toHaveLength(4);

  await enter(user, 'Email address', 'admin@localhost');
  await enter(user, 'Display name', 'Grace Hopper');
  await enter(user, 'Password', 'harbour');
  await enter(user, 'Confirm password', 'harbor');
  expect(within(rules).getAllByText('missing', { exact: false })).toHaveLength(3);
  await user.click(screen.getByRole('button', { name: 'Create Administrator Account' }));
  expect(screen.getByText('The two passwords differ')).toBeVisible();

  await enter(user, 'Password', 'Harbour42');
  await enter(user, 'Confirm password', 'Harbour42');
  expect(within(rules).queryByText('missing', { exact: false })).toBeNull();
  expect(screen.getByText('The passwords match')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Create Administrator Account' }));
  expect(await screen.findByRole('button', { name: /^Profile menu: Grace Hopper/ })).toHaveTextContent('Admin');
});

test('signing in says what is wrong', async () => {
  const server = new FakeServer();
  server.addUser('gone@example.com', 'Gone', 'Vanished1');
  for (const account of server.users) if (account.email === 'gone@example.com') account.is_active = false;
  const user = open(server);

  await enter(user, 'Email address', ADMIN.email);
  await enter(user, 'Password', 'wrong');
  await user.click(screen.getByRole('button', { name: 'Sign In' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('Incorrect email or password');

  await enter(user, 'Email address', 'gone@example.com');
  await enter(user, 'Password', 'Vanished1');
  await user.click(screen.getByRole('button', { name: 'Sign In' }));
  await waitFor(() => {
    expect(screen.getByRole('alert')).toHaveTextContent('Account is disabled');
  });

  await enter(user, 'Email address', ADMIN.email);
  await enter(user, 'Password', ADMIN.password);
  await user.click(screen.getByRole('button', { name: 'Sign In' }));
  expect(await screen.findByRole('button', { name: /^Profile menu: Ada Lovelace/ })).toBeVisible();
});

test('a password that is too old leads from the sign-in to changing it', async () => {
  const server = new FakeServer();
  server.passwordsDue = true;
  const user = open(server);
  await enter(user, 'Email address', ADMIN.email);
  await enter(user, 'Password', ADMIN.password);
  await user.click(screen.getByRole('button', { name: 'Sign In' }));
  expect(await screen.findByRole('heading', { name: 'Change Password' })).toBeVisible();
  expect(window.location.pathname).toBe('/password');

  await enter(user, 'Current password', 'wrong');
  await enter(user, 'New password', 'Lighthouse2');
  await enter(user, 'Confirm password', 'Lighthouse2');
  await user.click(screen.getByRole('button', { name: 'Update Password' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('Current password is incorrect');

  await enter(user, 'Current password', ADMIN.password);
  await user.click(screen.getByRole('button', { name: 'Update Password' }));
  expect(await screen.findByRole('button', { name: /^Profile menu: Ada Lovelace/ })).toBeVisible();
  expect(server.users[0]?.password).toBe('Lighthouse2');
});

test('changing an old password can be put off until the next sign-in', async () => {
  const server = new FakeServer();
  server.passwordsDue = true;
  const user = open(server);
  await enter(user, 'Email address', ADMIN.email);
  await enter(user, 'Password', ADMIN.password);
  await user.click(screen.getByRole('button', { name: 'Sign In' }));
  await user.click(await screen.findByRole('button', { name: 'Not now' }));
  expect(await screen.findByRole('button', { name: /^Profile menu: Ada Lovelace/ })).toBeVisible();
  expect(window.location.pathname).toBe('/generate');
});

test('a session that ended leads to the sign-in page with a notice', async () => {
  const server = new FakeServer();
  const user = openSignedIn(server);
  await screen.findByText('Your first picture will appear here');
  await screen.findByText('Live');
  server.revoked.add('token.user-1.test');
  await user.click(screen.getByRole('button', { name: 'Generate' }));
  expect(await screen.findByText('Session expired')).toBeVisible();
  expect(window.location.pathname).toBe('/login');
});

test('logging out leads to the sign-in page without a notice and leaves no prompt behind', async () => {
  const server = new FakeServer();
  const user = openSignedIn(server);
  await user.type(await screen.findByLabelText('Prompt'), 'secret');
  await user.click(screen.getByRole('button', { name: /Profile menu/ }));
  await user.click(await screen.findByRole('menuitem', { name: 'Logout' }));
  expect(await screen.findByRole('button', { name: 'Sign In' })).toBeVisible();
  expect(screen.queryByText('Session expired')).toBeNull();
  expect(JSON.stringify(Object.entries(localStorage))).not.toContain('secret');
  expect(useSession.getState().token).toBeNull();
  expect(server.revoked.has('token.user-1.test')).toBe(true);
});

test('in single-user mode nobody signs in', async () => {
  open(new FakeServer({ multiuser: false, images: 2 }));
  expect(await screen.findByText('2 pictures')).toBeVisible();
  expect(screen.getByRole('button', { name: /^Profile menu: Settings/ })).not.toHaveTextContent('Admin');
});

test('a picture is made: progress, preview, then the picture in the gallery', async () => {
  const server = new FakeServer();
  const user = openSignedIn(server);
  await user.type(await screen.findByLabelText('Prompt'), 'a lighthouse');
  expect(await screen.findByText('Your first picture will appear here')).toBeVisible();
  await screen.findByText('Live');
  await user.click(screen.getByRole('button', { name: 'Generate' }));

  const waiting = await screen.findByRole('listitem', { name: 'Waiting' });
  expect(waiting).toHaveTextContent('Next of yours');
  act(() => void server.advance());
  const tile = await screen.findByRole('listitem', { name: 'Making your picture' });
  act(() => void server.advance());
  act(() => void server.advance());
  expect(await within(tile).findByText('Step 1 of 30')).toBeVisible();
  expect(within(tile).getByRole('progressbar')).toHaveAttribute('aria-valuetext', 'Step 1 of 30');
  expect(within(tile).getByRole('img', { name: 'Preview' })).toHaveAttribute('src', expect.stringContaining('data:image/'));

  while (server.advance());
  expect(await screen.findByText('1 picture')).toBeVisible();
  expect(screen.getByRole('link', { name: /Open the picture/ })).toBeVisible();
  await waitFor(() => {
    expect(screen.queryByRole('listitem', { name: 'Making your picture' })).toBeNull();
  });
});

test('the keyboard starts a picture, and cancel stops it', async () => {
  const server = new FakeServer();
  const user = openSignedIn(server);
  const prompt = await screen.findByLabelText('Prompt');
  await waitFor(() => {
    expect(screen.getByRole('button', { name: 'Generate' })).toHaveAttribute('aria-disabled', 'false');
  });
  await user.type(prompt, 'a fox{Control>}{Enter}{/Control}');
  const tile = await screen.findByRole('listitem', { name: 'Waiting' });
  expect(server.enqueued[0]?.batch.data?.[1]?.[0]?.items).toEqual(['a fox']);
  await user.click(within(tile).getByRole('button', { name: 'Cancel' }));
  await waitFor(() => {
    expect(screen.queryByRole('listitem', { name: 'Waiting' })).toBeNull();
  });
  expect(server.items.map((item) => item.status)).toEqual(['canceled']);
});

test('a failure says why and can be tried again', async () => {
  const server = new FakeServer();
  const user = openSignedIn(server);
  await user.type(await screen.findByLabelText('Prompt'), 'a fox');
  await screen.findByText('Live');
  await user.click(screen.getByRole('button', { name: 'Generate' }));
  await screen.findByRole('listitem', { name: 'Waiting' });
  act(() => {
    server.fail(1, 'OutOfMemoryError', 'Not enough memory for 512 × 512');
  });
  const tile = await screen.findByRole('listitem', { name: 'The picture failed' });
  expect(tile).toHaveTextContent('Not enough memory for 512 × 512');
  await user.click(within(tile).getByRole('button', { name: 'Try again' }));
  expect(await screen.findByRole('listitem', { name: 'Waiting' })).toBeVisible();
  expect(screen.queryByRole('listitem', { name: 'The picture failed' })).toBeNull();
});

test('a batch that the server refuses is explained beside the button', async () => {
  const server = new FakeServer();
  server.failures.set('/api/v1/queue/default/enqueue_batch', { status: 409, detail: 'Image storage maintenance is active' });
  const user = openSignedIn(server);
  await user.type(await screen.findByLabelText('Prompt'), 'a fox');
  await user.click(screen.getByRole('button', { name: 'Generate' }));
  const alert = await screen.findByRole('alert');
  expect(alert).toHaveTextContent('Image storage maintenance is active');
  await user.click(within(alert).getByRole('button', { name: 'Try again' }));
  expect(await screen.findByRole('listitem', { name: 'Waiting' })).toBeVisible();
});

test('an administrator without a model is led to adding one', async () => {
  const server = new FakeServer({ models: 0 });
  const user = openSignedIn(server);
  await user.click(await screen.findByRole('button', { name: 'Add a model' }));
  const dialog = await screen.findByRole('dialog', { name: 'Add a model from a folder' });
  await user.type(within(dialog).getByLabelText('Folder on the server'), 'nowhere');
  await user.click(within(dialog).getByRole('button', { name: 'Add model' }));
  expect(await within(dialog).findByRole('alert')).toHaveTextContent("Unsupported model source: 'nowhere'");

  await user.clear(within(dialog).getByLabelText('Folder on the server'));
  await user.type(within(dialog).getByLabelText('Folder on the server'), '/models/tiny-sd15');
  await user.click(within(dialog).getByRole('button', { name: 'Add model' }));
  expect(await within(dialog).findByText("Reading the model's files…")).toBeVisible();
  act(() => {
    server.finishInstall();
  });
  expect(await within(dialog).findByText('tiny-sd15 is ready')).toBeVisible();
  await user.click(within(dialog).getByRole('button', { name: 'Done' }));
  await waitFor(() => {
    expect(screen.getByLabelText('Model', { selector: 'input' })).toHaveValue('tiny-sd15');
  });
});

test('somebody who may not add models is told whom to ask', async () => {
  const server = new FakeServer({ models: 0 });
  server.addUser('bob@example.com', 'Bob', 'Workbench1');
  signIn('token.user-2.test');
  open(server);
  expect(await screen.findByText(/Ask your administrator/)).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Add a model' })).toBeNull();
  expect(screen.getByRole('button', { name: /^Profile menu: Bob/ })).not.toHaveTextContent('Admin');
});

test('a picture opens with its settings, which can be used again, and can be deleted', async () => {
  const server = new FakeServer({ images: 3 });
  const user = openSignedIn(server);
  const [newest] = await screen.findAllByRole('link', { name: /Open the picture/ });
  if (newest) await user.click(newest);
  const viewer = await screen.findByRole('dialog', { name: 'Picture' });
  expect(await within(viewer).findByText('Landscape number 2')).toBeVisible();
  expect(within(viewer).getByRole('link', { name: 'Download' })).toHaveAttribute('download', 'picture-3.png');
  expect(within(viewer).getByRole('button', { name: 'Newer picture' })).toBeDisabled();
  await user.keyboard('{ArrowRight}');
  expect(await within(viewer).findByText('Landscape number 1')).toBeVisible();

  await user.click(within(viewer).getByRole('button', { name: 'Delete' }));
  const question = await screen.findByRole('dialog', { name: 'Delete this picture?' });
  await user.click(within(question).getByRole('button', { name: 'Delete' }));
  expect(await screen.findByText('Landscape number 0')).toBeVisible();
  expect(server.images.map((image) => image.image_name)).toEqual(['picture-3.png', 'picture-1.png']);

  await user.click(screen.getByRole('button', { name: 'Use these settings' }));
  await waitFor(() => {
    expect(screen.getByLabelText('Prompt')).toHaveValue('Landscape number 0');
  });
  expect(screen.getByLabelText('Random seed')).not.toBeChecked();
});

test('a remembered board that is gone is no board', async () => {
  const server = new FakeServer({ images: 2 });
  server.clientState.set('user-1/rs.gallery', JSON.stringify({ boardId: 'board-gone' }));
  openSignedIn(server);
  expect(await screen.findByRole('heading', { name: 'Uncategorized' })).toBeVisible();
  expect(await screen.findByText('2 pictures')).toBeVisible();
});

test('another account that signs in in another tab takes this one over, and sees nothing of the one before', async () => {
  const server = new FakeServer({ images: 2 });
  server.addUser('bob@example.com', 'Bob', 'Workbench1');
  const stop = followOtherTabs();
  openSignedIn(server);
  expect(await screen.findByText('2 pictures')).toBeVisible();
  await screen.findByText('Live');

  server.images = [];
  localStorage.setItem('auth_token', 'token.user-2.other-tab');
  act(() => {
    window.dispatchEvent(new StorageEvent('storage', { key: 'auth_token' }));
  });
  expect(await screen.findByRole('button', { name: /^Profile menu: Bob/ })).toBeVisible();
  expect(screen.queryByText('2 pictures')).toBeNull();
  expect(await screen.findByText('Your first picture will appear here')).toBeVisible();
  stop();
});
