SELECT model_key_2 AS related FROM model_relationships WHERE model_key_1 IN (SELECT value FROM json_each(?1))
UNION
SELECT model_key_1 AS related FROM model_relationships WHERE model_key_2 IN (SELECT value FROM json_each(?1))
ORDER BY related
