SELECT near.item_id
FROM session_queue chosen
JOIN session_queue near ON near.status = 'pending' AND near.user_id IS chosen.user_id AND near.priority = chosen.priority
WHERE chosen.item_id = :chosen
    AND (near.device IS NULL OR near.device = :device)
    AND near.item_id BETWEEN :chosen AND :chosen + :look_ahead
    AND EXISTS (SELECT 1 FROM json_each(:models) model WHERE instr(near.session, model.value) > 0)
ORDER BY
    (SELECT count(*) FROM json_each(:models) model WHERE instr(near.session, model.value) > 0) DESC,
    near.item_id
LIMIT 1
