INSERT INTO images (
    image_name, image_origin, image_category, width, height, session_id, node_id, metadata,
    is_intermediate, starred, has_workflow, user_id, image_subfolder, created_at, updated_at
)
VALUES (
    :image_name, :image_origin, :image_category, :width, :height, :session_id, :node_id, :metadata,
    :is_intermediate, :starred, :has_workflow, :user_id, :image_subfolder, :now, :now
)
