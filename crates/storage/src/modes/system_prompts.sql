UPDATE system_prompts SET is_public = FALSE
WHERE user_id = 'system' AND is_public AND created_at >= :since
  -- Those that come with every installation.
  AND id NOT LIKE '0f8f5b2e-1c9e-4f2a-9a4e-1f1f1f1f000_'
