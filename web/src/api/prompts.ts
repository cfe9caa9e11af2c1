// What a prompt says: its alternatives, and about how many tokens it has.
import { queryOptions, useQuery } from '@tanstack/react-query';
import { api } from './client';
import { keys } from './keys';

/** Whether a prompt offers alternatives, as in `a {red|blue} fox`. */
export function hasAlternatives(prompt: string): boolean {
  return /\{[^{}]*\|[^{}]*\}|\{\d+(-\d+)?\$\$/.test(prompt);
}

/** Every prompt that one with alternatives stands for. */
export function dynamicPromptsQuery(prompt: string, most: number) {
  return queryOptions({
    queryKey: keys.dynamicPrompts(prompt, most),
    queryFn: ({ signal }) =>
      api.post('/api/v1/utilities/dynamicprompts', { body: { prompt, max_prompts: most, combinatorial: true }, signal }),
    staleTime: Infinity,
  });
}

/** How many prompts one with alternatives stands for; while they are counted, how many they were before. */
export function useAlternatives(prompt: string, most: number, enabled: boolean): number | null {
  const answer = useQuery({ ...dynamicPromptsQuery(prompt, most), enabled, placeholderData: (before) => before }).data;
  return enabled && answer && answer.prompts.length > 0 ? answer.prompts.length : null;
}

/** The most tokens one part of a prompt holds, without the marks at its ends. */
export const TOKENS_PER_PART = 75;

/**
 * About how many tokens the text encoder makes of a prompt. The vocabulary stays on the server: common words are one token,
 * long ones several, each digit and each run of signs one.
 */
export function estimateTokens(prompt: string): number {
  const words = prompt.toLowerCase().match(/\p{L}+|\p{N}|[^\s\p{L}\p{N}]+/gu) ?? [];
  return words.reduce((sum, word) => sum + (/^\p{L}/u.test(word) ? Math.max(1, Math.ceil((word.length - 3) / 6)) : 1), 0);
}
