import { Button, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Model } from '@/api/models';

/** What the server writes into the record of the small model that it brings along. */
const SOURCE = 'starter';
/** The words that this model knows, whatever language the page speaks. */
const PROMPTS = [
  'a red circle on a blue background',
  'a yellow star on a purple background',
  'a white heart on a pink background',
  'a small green triangle at the top on a black background',
] as const;

type Props = {
  models: readonly Model[];
  onChoose: (model: Model, prompt: string) => void;
};

/** Prompts to begin with, as long as the small model is installed. */
export function ExamplePrompts({ models, onChoose }: Props) {
  const { t } = useTranslation();
  const starter = models.find(({ record }) => record.source === SOURCE);
  if (starter === undefined) return null;
  return (
    <Stack gap="xs" align="center" maw={520}>
      <Text size="sm" c="dimmed" ta="center" id="example-prompts">
        {t('starter.examples')}
      </Text>
      <Group gap="xs" justify="center" role="group" aria-labelledby="example-prompts">
        {PROMPTS.map((prompt) => (
          <Button
            key={prompt}
            variant="default"
            size="compact-sm"
            radius="xl"
            onClick={() => {
              onChoose(starter, prompt);
            }}
          >
            {prompt}
          </Button>
        ))}
      </Group>
    </Stack>
  );
}
