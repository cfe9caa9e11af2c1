import { Button, Select, Text, Textarea } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { type Ref, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Preset, withPreset } from '@/api/presets';
import { estimateTokens, TOKENS_PER_PART } from '@/api/prompts';
import classes from './PromptFields.module.css';
import { useSettings } from './settings';

type Props = {
  presets: readonly Preset[];
  promptRef: Ref<HTMLTextAreaElement>;
  /** How many pictures the alternatives in the prompt stand for; null when it has none. */
  alternatives: number | null;
};

/** What should be in the picture, what should not, and the style around it. */
export function PromptFields({ presets, promptRef, alternatives }: Props) {
  const { t } = useTranslation();
  const [settings, change] = useSettings();
  const [negativeOpen, setNegativeOpen] = useState(settings.negativePrompt !== '');
  const showNegative = negativeOpen || settings.negativePrompt !== '';
  const preset = presets.find(({ id }) => id === settings.presetId);
  const full = preset ? withPreset(settings.prompt, preset.preset_data.positive_prompt) : settings.prompt;
  return (
    <>
      <div>
        <Textarea
          ref={promptRef}
          label={t('generate.prompt')}
          placeholder={t('generate.promptPlaceholder')}
          autosize
          minRows={3}
          maxRows={12}
          value={settings.prompt}
          aria-describedby="prompt-tokens"
          onChange={(event) => {
            change({ prompt: event.currentTarget.value });
          }}
        />
        <div className={classes.below} id="prompt-tokens">
          <span>{alternatives !== null && t('generate.alternatives', { count: alternatives })}</span>
          <Tokens text={full} />
        </div>
      </div>
      {presets.length > 0 && (
        <Select
          label={t('generate.preset')}
          placeholder={t('generate.noPreset')}
          clearable
          searchable
          value={preset ? preset.id : null}
          data={presets.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={(presetId) => {
            change({ presetId });
          }}
          {...(preset && { description: preset.preset_data.positive_prompt })}
          inputWrapperOrder={['label', 'input', 'description']}
        />
      )}
      {showNegative ? (
        <div>
          <Textarea
            label={t('generate.negativePrompt')}
            placeholder={t('generate.negativePromptPlaceholder')}
            autosize
            minRows={2}
            maxRows={8}
            autoFocus={settings.negativePrompt === ''}
            value={settings.negativePrompt}
            onChange={(event) => {
              setNegativeOpen(true);
              change({ negativePrompt: event.currentTarget.value });
            }}
          />
          <div className={classes.below}>
            <span />
            <Tokens text={settings.negativePrompt} />
          </div>
        </div>
      ) : (
        <Button
          variant="subtle"
          size="compact-sm"
          leftSection={<IconPlus size={14} />}
          className={classes.addNegative ?? ''}
          onClick={() => {
            setNegativeOpen(true);
          }}
        >
          {t('generate.addNegativePrompt')}
        </Button>
      )}
    </>
  );
}

/** About how long a prompt is for the text encoder, which reads it in parts. */
function Tokens({ text }: { text: string }) {
  const { t } = useTranslation();
  const tokens = estimateTokens(text);
  const parts = Math.max(1, Math.ceil(tokens / TOKENS_PER_PART));
  return (
    <Text span size="xs" c="dimmed" className={classes.tokens} title={t('generate.tokensHint', { most: TOKENS_PER_PART })}>
      {t('generate.tokens', { tokens, most: parts * TOKENS_PER_PART })}
    </Text>
  );
}
