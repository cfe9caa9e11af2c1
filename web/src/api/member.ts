// Who the pages behind the sign-in act for. The shell provides it; every page below may ask.
import { createContext, useContext } from 'react';
import type { Account } from './auth';

export type Member = {
  account: Account;
  /** Whether `<img>` may fetch private pictures by now. */
  picturesReady: boolean;
};

export const MemberContext = createContext<Member | null>(null);

function useMemberContext(): Member {
  const member = useContext(MemberContext);
  if (member === null) throw new Error('a page of members is shown outside of the shell');
  return member;
}

export function useMember(): Account {
  return useMemberContext().account;
}

export function usePicturesReady(): boolean {
  return useMemberContext().picturesReady;
}
