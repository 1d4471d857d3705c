-- Whether a caller may see what has this sphere (the number of avvik.type.v1.Sphere), unit and parties; as
-- common/organisation/rights.h Judge decides. The planner puts its body in the place of a call.
CREATE FUNCTION avvik_visible(sphere smallint, unit text, parties text[],
                              spheres smallint[], places text[], keys text[]) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT sphere = ANY (spheres) OR (sphere::text || '/' || unit) = ANY (places) OR parties && keys
$$;
