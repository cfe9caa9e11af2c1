INSERT INTO image_subfolder_move_items (
    job_id, image_name, old_subfolder, new_subfolder, is_intermediate,
    old_path, new_path, old_thumbnail_path, new_thumbnail_path, state
)
VALUES (
    :job_id, :image_name, :old_subfolder, :new_subfolder, :is_intermediate,
    :old_path, :new_path, :old_thumbnail_path, :new_thumbnail_path, 'planned'
)
