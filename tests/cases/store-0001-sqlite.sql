BEGIN TRANSACTION;
CREATE TABLE modspam_check (
	id VARCHAR(32) NOT NULL, 
	site_id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	text TEXT NOT NULL, 
	author TEXT NOT NULL, 
	author_url TEXT NOT NULL, 
	permalink TEXT NOT NULL, 
	page_title TEXT NOT NULL, 
	form JSON, 
	words BLOB NOT NULL, 
	who BLOB NOT NULL, 
	action VARCHAR(8) NOT NULL, 
	probability FLOAT NOT NULL, 
	score FLOAT NOT NULL, 
	model VARCHAR(64) NOT NULL, 
	protocol VARCHAR(16) NOT NULL, 
	test BOOLEAN NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(site_id) REFERENCES modspam_site (id) ON DELETE CASCADE
);
INSERT INTO "modspam_check" VALUES('0123456789abcdef0123456789abcdef',1,'2026-11-26 09:15:30.250000','Buy pills – now!','Pharm 24','http://pills.example','http://blog.example.org/rye','Rye bread','{"seconds": 1.5, "script": false, "referrer": ""}',X'1E07341068FE9D8EE964893710BF0CC9',X'57985638F3064D3A0ECB632F0EA1F0F3','flag',0.997,5.8,'abababababababababababababababababababababababababababababababab','akismet',0);
INSERT INTO "modspam_check" VALUES('ffffffffffffffffffffffffffffffff',1,'2026-11-26 09:15:30.250000','Thank you, Ana.','Bob','','','',NULL,X'D3DB933502693EA10109DC591CAB14F2',X'81B637D8FCD2C6DA6359E6963113A117','flag',0.96,3.2,'abababababababababababababababababababababababababababababababab','native',0);
CREATE TABLE modspam_day (
	site_id INTEGER NOT NULL, 
	day DATE NOT NULL, 
	checks INTEGER NOT NULL, 
	spam INTEGER NOT NULL, 
	missed_spam INTEGER NOT NULL, 
	false_positives INTEGER NOT NULL, 
	PRIMARY KEY (site_id, day), 
	FOREIGN KEY(site_id) REFERENCES modspam_site (id) ON DELETE CASCADE
);
INSERT INTO "modspam_day" VALUES(1,'2026-11-26',2,2,0,1);
CREATE TABLE modspam_key (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	site_id INTEGER NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	note TEXT NOT NULL, 
	created DATETIME NOT NULL, 
	revoked DATETIME, 
	FOREIGN KEY(site_id) REFERENCES modspam_site (id) ON DELETE CASCADE, 
	UNIQUE (digest)
);
INSERT INTO "modspam_key" VALUES(1,1,'c2c4bd1adb358e93148b067d34001be46d567fcd8611780717f7f39330bb948b','WordPress','2026-11-25 08:30:00.000000',NULL);
CREATE TABLE modspam_label (
	id INTEGER NOT NULL, 
	site_id INTEGER NOT NULL, 
	text TEXT NOT NULL, 
	author TEXT NOT NULL, 
	author_url TEXT NOT NULL, 
	permalink TEXT NOT NULL, 
	page_title TEXT NOT NULL, 
	form JSON, 
	words BLOB NOT NULL, 
	who BLOB NOT NULL, 
	reporter VARCHAR(200) NOT NULL, 
	test BOOLEAN NOT NULL, 
	spam BOOLEAN NOT NULL, 
	at DATETIME NOT NULL, 
	check_id VARCHAR(32), 
	action VARCHAR(8), 
	day DATE, 
	PRIMARY KEY (id), 
	CONSTRAINT uq_modspam_label_comment UNIQUE (site_id, words, who, reporter, test), 
	FOREIGN KEY(site_id) REFERENCES modspam_site (id) ON DELETE CASCADE
);
INSERT INTO "modspam_label" VALUES(1,1,'Thank you, Ana.','Bob','','','',NULL,X'D3DB933502693EA10109DC591CAB14F2',X'81B637D8FCD2C6DA6359E6963113A117','',0,0,'2026-11-26 09:15:30.250000','ffffffffffffffffffffffffffffffff','flag','2026-11-26');
INSERT INTO "modspam_label" VALUES(2,1,'Buy pills – now!','Pharm 24','http://pills.example','http://blog.example.org/rye','Rye bread','{"seconds": 1.5, "script": false, "referrer": ""}',X'1E07341068FE9D8EE964893710BF0CC9',X'57985638F3064D3A0ECB632F0EA1F0F3','reader-1',0,1,'2026-11-26 09:15:30.250000','0123456789abcdef0123456789abcdef','flag','2026-11-26');
CREATE TABLE modspam_site (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	address VARCHAR(255) NOT NULL, 
	UNIQUE (address)
);
INSERT INTO "modspam_site" VALUES(1,'blog.example.org');
CREATE TABLE modspam_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT modspam_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "modspam_version" VALUES('0001');
CREATE INDEX ix_modspam_key_site_id ON modspam_key (site_id);
CREATE INDEX ix_modspam_check_at ON modspam_check (at);
CREATE INDEX ix_modspam_check_comment ON modspam_check (site_id, words, at, who);
CREATE INDEX ix_modspam_label_check ON modspam_label (site_id, check_id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('modspam_site',1);
INSERT INTO "sqlite_sequence" VALUES('modspam_key',1);
COMMIT;
