INSERT INTO system_prompts (id, name, content, user_id, is_public, created_at, updated_at)
VALUES (:id, :name, :content, :user_id, :is_public, :now, :now)
