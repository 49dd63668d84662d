CREATE TABLE public.modspam_check (
    id character varying(32) NOT NULL,
    site_id integer NOT NULL,
    at timestamp with time zone NOT NULL,
    text text NOT NULL,
    author text NOT NULL,
    author_url text NOT NULL,
    permalink text NOT NULL,
    page_title text NOT NULL,
    form json,
    words bytea NOT NULL,
    who bytea NOT NULL,
    action character varying(8) NOT NULL,
    probability double precision NOT NULL,
    score double precision NOT NULL,
    model character varying(64) NOT NULL,
    protocol character varying(16) NOT NULL,
    test boolean NOT NULL
);
CREATE TABLE public.modspam_day (
    site_id integer NOT NULL,
    day date NOT NULL,
    checks integer NOT NULL,
    spam integer NOT NULL,
    missed_spam integer NOT NULL,
    false_positives integer NOT NULL
);
CREATE TABLE public.modspam_key (
    id integer NOT NULL,
    site_id integer NOT NULL,
    digest character varying(64) NOT NULL,
    note text NOT NULL,
    created timestamp with time zone NOT NULL,
    revoked timestamp with time zone
);
CREATE SEQUENCE public.modspam_key_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.modspam_key_id_seq OWNED BY public.modspam_key.id;
CREATE TABLE public.modspam_label (
    id integer NOT NULL,
    site_id integer NOT NULL,
    text text NOT NULL,
    author text NOT NULL,
    author_url text NOT NULL,
    permalink text NOT NULL,
    page_title text NOT NULL,
    form json,
    words bytea NOT NULL,
    who bytea NOT NULL,
    reporter character varying(200) NOT NULL,
    test boolean NOT NULL,
    spam boolean NOT NULL,
    at timestamp with time zone NOT NULL,
    check_id character varying(32),
    action character varying(8),
    day date
);
CREATE SEQUENCE public.modspam_label_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.modspam_label_id_seq OWNED BY public.modspam_label.id;
CREATE TABLE public.modspam_site (
    id integer NOT NULL,
    address character varying(255) NOT NULL
);
CREATE SEQUENCE public.modspam_site_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.modspam_site_id_seq OWNED BY public.modspam_site.id;
CREATE TABLE public.modspam_version (
    version_num character varying(32) NOT NULL
);
ALTER TABLE ONLY public.modspam_key ALTER COLUMN id SET DEFAULT nextval('public.modspam_key_id_seq'::regclass);
ALTER TABLE ONLY public.modspam_label ALTER COLUMN id SET DEFAULT nextval('public.modspam_label_id_seq'::regclass);
ALTER TABLE ONLY public.modspam_site ALTER COLUMN id SET DEFAULT nextval('public.modspam_site_id_seq'::regclass);
INSERT INTO public.modspam_check VALUES ('0123456789abcdef0123456789abcdef', 1, '2026-11-26 09:15:30.25+00', 'Buy pills – now!', 'Pharm 24', 'http://pills.example', 'http://blog.example.org/rye', 'Rye bread', '{"seconds": 1.5, "script": false, "referrer": ""}', '\x1e07341068fe9d8ee964893710bf0cc9', '\x57985638f3064d3a0ecb632f0ea1f0f3', 'flag', 0.997, 5.8, 'abababababababababababababababababababababababababababababababab', 'akismet', false);
INSERT INTO public.modspam_check VALUES ('ffffffffffffffffffffffffffffffff', 1, '2026-11-26 09:15:30.25+00', 'Thank you, Ana.', 'Bob', '', '', '', NULL, '\xd3db933502693ea10109dc591cab14f2', '\x81b637d8fcd2c6da6359e6963113a117', 'flag', 0.96, 3.2, 'abababababababababababababababababababababababababababababababab', 'native', false);
INSERT INTO public.modspam_day VALUES (1, '2026-11-26', 2, 2, 0, 1);
INSERT INTO public.modspam_key VALUES (1, 1, 'c2c4bd1adb358e93148b067d34001be46d567fcd8611780717f7f39330bb948b', 'WordPress', '2026-11-25 08:30:00+00', NULL);
INSERT INTO public.modspam_label VALUES (1, 1, 'Thank you, Ana.', 'Bob', '', '', '', NULL, '\xd3db933502693ea10109dc591cab14f2', '\x81b637d8fcd2c6da6359e6963113a117', '', false, false, '2026-11-26 09:15:30.25+00', 'ffffffffffffffffffffffffffffffff', 'flag', '2026-11-26');
INSERT INTO public.modspam_label VALUES (2, 1, 'Buy pills – now!', 'Pharm 24', 'http://pills.example', 'http://blog.example.org/rye', 'Rye bread', '{"seconds": 1.5, "script": false, "referrer": ""}', '\x1e07341068fe9d8ee964893710bf0cc9', '\x57985638f3064d3a0ecb632f0ea1f0f3', 'reader-1', false, true, '2026-11-26 09:15:30.25+00', '0123456789abcdef0123456789abcdef', 'flag', '2026-11-26');
INSERT INTO public.modspam_site VALUES (1, 'blog.example.org');
INSERT INTO public.modspam_version VALUES ('0001');
SELECT pg_catalog.setval('public.modspam_key_id_seq', 1, true);
SELECT pg_catalog.setval('public.modspam_label_id_seq', 2, true);
SELECT pg_catalog.setval('public.modspam_site_id_seq', 1, true);
ALTER TABLE ONLY public.modspam_check
    ADD CONSTRAINT modspam_check_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.modspam_day
    ADD CONSTRAINT modspam_day_pkey PRIMARY KEY (site_id, day);
ALTER TABLE ONLY public.modspam_key
    ADD CONSTRAINT modspam_key_digest_key UNIQUE (digest);
ALTER TABLE ONLY public.modspam_key
    ADD CONSTRAINT modspam_key_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.modspam_label
    ADD CONSTRAINT modspam_label_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.modspam_site
    ADD CONSTRAINT modspam_site_address_key UNIQUE (address);
ALTER TABLE ONLY public.modspam_site
    ADD CONSTRAINT modspam_site_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.modspam_version
    ADD CONSTRAINT modspam_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.modspam_label
    ADD CONSTRAINT uq_modspam_label_comment UNIQUE (site_id, words, who, reporter, test);
CREATE INDEX ix_modspam_check_at ON public.modspam_check USING btree (at);
CREATE INDEX ix_modspam_check_comment ON public.modspam_check USING btree (site_id, words, at, who);
CREATE INDEX ix_modspam_key_site_id ON public.modspam_key USING btree (site_id);
CREATE INDEX ix_modspam_label_check ON public.modspam_label USING btree (site_id, check_id);
ALTER TABLE ONLY public.modspam_check
    ADD CONSTRAINT modspam_check_site_id_fkey FOREIGN KEY (site_id) REFERENCES public.modspam_site(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.modspam_day
    ADD CONSTRAINT modspam_day_site_id_fkey FOREIGN KEY (site_id) REFERENCES public.modspam_site(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.modspam_key
    ADD CONSTRAINT modspam_key_site_id_fkey FOREIGN KEY (site_id) REFERENCES public.modspam_site(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.modspam_label
    ADD CONSTRAINT modspam_label_site_id_fkey FOREIGN KEY (site_id) REFERENCES public.modspam_site(id) ON DELETE CASCADE;
