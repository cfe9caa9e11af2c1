SELECT image_name, old_subfolder, new_subfolder
FROM image_subfolder_move_items
WHERE job_id = ?1 AND state IN ('planned', 'moved')
ORDER BY image_name
