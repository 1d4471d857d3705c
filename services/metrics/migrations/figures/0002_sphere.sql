-- Who a report or case is for: the number of avvik.type.v1.Sphere.
ALTER TABLE report_figure ADD sphere smallint NOT NULL DEFAULT 1;
ALTER TABLE case_figure ADD sphere smallint NOT NULL DEFAULT 1;
