import { expect, test } from 'vitest';
import type { Account } from './auth';
import { type Board, rightsOn } from './boards';

const account = (id: string, isAdmin = false): Account => ({ id, name: id, email: null, isAdmin, isSingleUser: false });
const board = (change: Partial<Board>): Board => ({
  board_id: 'b',
  board_name: 'Board',
  cover_image_name: null,
  user_id: 'owner',
  created_at: '',
  updated_at: '',
  archived: false,
  image_count: 0,
  asset_count: 0,
  ...change,
});

// The table of docs/permissions.md.
test.each([
  [null, false, false, false],
  ['read', false, false, false],
  ['write', true, false, false],
  ['admin', true, true, false],
] as const)('level %s', (level, canAdd, canEdit, canDelete) => {
  const rights = rightsOn(board({ access_level: level }), account('guest'));
  expect(rights).toMatchObject({ canAdd, canEdit, canDelete, canShare: level === 'admin' });
});

test('owners and administrators may do everything; a public board takes pictures of everybody', () => {
  const everything = { canAdd: true, canEdit: true, canDelete: true };
  expect(rightsOn(board({}), account('owner'))).toMatchObject(everything);
  expect(rightsOn(board({}), account('boss', true))).toMatchObject(everything);
  const visible = rightsOn(board({ board_visibility: 'public' }), account('guest'));
  expect(visible).toMatchObject({ canAdd: true, canEdit: false, canDelete: false });
});
