UPDATE system_prompts
SET name = coalesce(:name, name), content = coalesce(:content, content), is_public = coalesce(:is_public, is_public)
WHERE id = :id
