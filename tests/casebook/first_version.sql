PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO alembic_version VALUES('0001');
CREATE TABLE answered_key (
	person TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	request TEXT NOT NULL, 
	status SMALLINT NOT NULL, 
	body TEXT NOT NULL, 
	at TEXT NOT NULL, 
	CONSTRAINT pk_answered_key PRIMARY KEY (person, "key")
);
CREATE TABLE case_file (
	number INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	title TEXT NOT NULL, 
	status TEXT NOT NULL, 
	owner TEXT NOT NULL, 
	due TEXT NOT NULL, 
	mark SMALLINT NOT NULL, 
	opened_at TEXT NOT NULL, 
	closed_at TEXT NOT NULL, 
	retain_until TEXT NOT NULL, 
	CONSTRAINT pk_case_file PRIMARY KEY (number), 
	CONSTRAINT uq_case_file_name UNIQUE (name)
);
INSERT INTO case_file VALUES(1,'stock','','open','9f667e7858134b9d','',0,'2026-11-28T07:42:42.406030Z','','');
INSERT INTO case_file VALUES(2,'exports','','open','9f667e7858134b9d','',0,'2026-11-28T07:43:09.080806Z','','');
INSERT INTO case_file VALUES(3,'books','','open','9f667e7858134b9d','',0,'2026-11-28T07:43:46.555823Z','','');
CREATE TABLE casebook (
	one SMALLINT NOT NULL, 
	id TEXT NOT NULL, 
	seq BIGINT NOT NULL, 
	link BLOB NOT NULL, 
	checkpoint BIGINT NOT NULL, 
	findings BIGINT NOT NULL, 
	cases BIGINT NOT NULL, 
	runs BIGINT NOT NULL, 
	recheck_share FLOAT NOT NULL, 
	sampling_key BLOB NOT NULL, 
	CONSTRAINT pk_casebook PRIMARY KEY (one), 
	CONSTRAINT ck_casebook_single CHECK (one = 1)
);
INSERT INTO casebook VALUES(1,'c0666de3-0e96-41e4-824c-a0af8620aef0',18,X'c58d04c81b279c06a05c7e96ebe894506c904c3289168582526d6379fa5b364a',18,15,3,3,0.0,X'1f315819a01e71634938edeffd7ab54460178aa87e54c57d9575c3efba500cdf');
CREATE TABLE checkpoint (
	number INTEGER NOT NULL, 
	seq BIGINT NOT NULL, 
	statement TEXT NOT NULL, 
	signature BLOB NOT NULL, 
	"key" TEXT NOT NULL, 
	CONSTRAINT pk_checkpoint PRIMARY KEY (number)
);
INSERT INTO checkpoint VALUES(1,1,'{"at":"2026-11-28T07:42:42.107243Z","casebook":"c0666de3-0e96-41e4-824c-a0af8620aef0","link":"42d76238515a1924e64662f065efa05f632723c53d716a4963828e0288d4d60f","number":1,"previous":"0000000000000000000000000000000000000000000000000000000000000000","seq":1}',X'17445eac91d0987976ec01d7c9009c58c0973e032a1f2b1ac1c59eb85f2c6ec96b558feecd4731ce347b520a2150bf422932ed3e08f4d1860fdee5268f648f0b','50628754616c432aab7885ac2d706139a5eb960aae2fdf1915237b2e2906b932');
INSERT INTO checkpoint VALUES(2,2,'{"at":"2026-11-28T07:42:42.310447Z","casebook":"c0666de3-0e96-41e4-824c-a0af8620aef0","link":"3ff3c5e277897c9bd0693bd2b65133e4fb4949650f10f5b77019c18852aa2a62","number":2,"previous":"d19bd5cd287881045a65ee34843d7808b94a81d1db83ea652d22f3a4a675e565","seq":2}',X'1f1c5928e421d62966c7f6115d80b6ecc2779fc6254ac456c5210ad2c7f83dac39bb8a611571531c11834342138505d241ff8665b35aa20a415ce034a4442008','50628754616c432aab7885ac2d706139a5eb960aae2fdf1915237b2e2906b932');
INSERT INTO checkpoint VALUES(3,3,'{"at":"2026-11-28T07:42:42.406030Z","casebook":"c0666de3-0e96-41e4-824c-a0af8620aef0","link":"f92f397905a9ff1d2edd8465967eaf5eaa54b21b540444a7d136a5cbc3b7dfe2","number":3,"previous":"383ca4db5fb916ed02a3a5989b7292cac60fdc99ff1e9623680a5519b780f878","seq":3}',X'12a0ab146905e8ef821a258e693578f43cd5a5681e4c658c0699518919a06e3f547b11a6f302b85c009236fd6ec6d632ecb829259a5f5f0aaa81ea30cbfe1404','50628754616c432aab7885ac2d706139a5eb960aae2fdf1915237b2e2906b932');
INSERT INTO checkpoint VALUES(4,4,'{"at":"2026-11-28T07:42:42.477838Z","casebook":"c0666de3-0e96-41e4-824c-a0af8620aef0","link":"8ecb35ec6fe6a2f1d628a202bc41d9b9947ba70627d542c03f5f1648af98d3d2","number":4,"previous":"f1b8f79348b76fdfc181ae8586558146eb42bf9ba8c4184a23c501ae79365edd","seq":4}',X'97189787e516f6400046908b36d02bbfc36fb4044590148c92f2bc72be737de79f3396f33004a54c8af4299981166943736f6d23d708ac66c3594647ef02a309','50628754616c432aab7885ac2d706139a5eb960aae2fdf1915237b2e2906b932');
INSERT INTO checkpoint VALUES(5,5,'{"at":"2026-11-28T07:42:42.542203Z","casebook":"c0666de3-0e96-41e4-824c-a0af8620aef0","link":"c58ff721484673badb2ae81e5ec241c9b44f0199e947ca8652e4555437eb1b61","number":5,"previous":"3992b3dce61d3d691760219fbacafdbf40fef8fcad2e586530a90dbce0e3702f","seq":5}',X'c79fab37fe1408e5c6cb92011f191f4d1a5fc2c2c5f8b1c887562091281ce7e913b99249720aee844533c2574a78304caabb50d2f941d2442b9fd7f473aba90d','50628754616c432aab7885ac2d706139a5eb960aae2fdf1915237b2e2906b932');
INSERT INTO checkpoint VALUES(6,6,'{"at":"2026-11-28T07:42:45.356547Z","casebook":"c0666de3-0e96-41e4-824c-a0af8620aef0","link":"5ff581cc0fba4902980f960c3dc712925f7ceb8fca65d3719bd74522612cb686","number":6,"previous":"083edefa57c7f8dea779939497e9454a4de8b79d8cabe8caa3dadcbdd060abc5","seq":6}',X'8307d7d7758a84a5ae7af95f57c1a56e4a793d3daea3d80be954c299433430f4cef8af969d619d326b116c9f58909c380263ae2ef5344e8b206db77bbdde5d0f','50628754616c432aab7885ac2d706139a5eb960aae2fdf1915237b2e2906b932');
INSERT INTO checkpoint VALUES(7,7,'{"at":"2026-11-28T07:42:45.486031Z","casebook":"c0666de3-0e96-41e4-824c-a0af8620aef0","link":"687baa4e111e08a3ba2385a1d8f4c3304dd999aa686e070bcbd27040528612c1","number":7,"previous":"0a3cef334fc3cca4225477b3d6ae43c31989e258a2df7ae8f191db21ffff9d62","seq":7}',X'b0c65b019b03dbc3b35d682f9fb5ff853bd2c3d89d80afe21e27e465968edfb413fa610e79858fd36600137236f5532480163fe48fcb51ce385e51e27d47930c','50628754616c432aab7885ac2d706139a5eb960aae2fdf1915237b2e2906b932');
INSERT INTO checkpoint VALUES(8,8,'{"at":"2026-11-28T07:43:09.080806Z","casebook":"c0666de3-0e96-41e4-824c-a0af8620aef0","link":"65918c88c8d673f275f7204ff823a6e01328aecdf50095b79f6fbfd27d7510e3","number":8,"previous":"dc3cbc8eee2d65cf99250f5adf76d12f42b24165ebf028e320835ae9cf96b614","seq":8}',X'9ea578656cfdab924822cef8d589e1a33882ecee082843990d47c2ca12dc7dae61eb28bb832548e1ec234279de746300b987f4fead3cbd23935b7ba2e5e32409','50628754616c432aab7885ac2d706139a5eb960aae2fdf1915237b2e2906b932');
INSERT INTO checkpoint VALUES(9,9,'{"at":"2026-11-28T07:43:09.232162Z","casebook":"c0666de3-0e96-41e4-824c-a0af8620aef0","link":"45e3626e04a462a62c467a78ac0b7d4d6f8794f9a7e84211c8364323e3bc1f71","number":9,"previous":"03dd86ac8332239c7da3f965a6f0160e7213a41c01e9f9a6b4063ebb3ea1040d","seq":9}',X'89553c4c41db934cb405f8ebf0c103af0fa7feef2624095a9a5e46a736e75e71e8b393363986463a3e35bbf39e9065dc017d8acffb9d5697fba4962b04a8e200','50628754616c432aab7885ac2d706139a5eb960aae2fdf1915237b2e2906b932');
INSERT INTO checkpoint VALUES(10,10,'{"at":"2026-11-28T07:43:09.274803Z","casebook":"c0666de3-0e96-41e4-824c-a0af8620aef0","link":"e8466e4ae97217d8ba91e2e67200783953f6d4daba8960b90ba7d89116598437","number":10,"previous":"a091140611c69fe2eb0234b90d4dcd50581c7eda099f363990a9f4a8c6894bc8","seq":10}',X'83ced800e8a83256ed00ee74c64e6b81ab48fc818fb9bea9714b0ad755b9f1f51fd5ab03bfa65f33662653dc47099e83a8a30b5aa2c8b2e0fa77284d0ea1bc0b','50628754616c432aab7885ac2d706139a5eb960aae2fdf1915237b2e2906b932');
INSERT INTO checkpoint VALUES(11,11,'{"at":"2026-11-28T07:43:11.847343Z","casebook":"c0666de3-0e96-41e4-824c-a0af8620aef0","link":"4b980ee2a57a977cae0cb24e28ed9265c050f2cbe5661ad30afbfe33504bfdac","number":11,"previous":"44d44497ae2bd7597602f9e21da9af3b67aa3bc1ee3187fca37c907ebeeb781f","seq":11}',X'd10c7dcb246f4078d04e7fb313568b7b6be9346b6708b792abede5fb629c4c58428cea7b9ef6938c972682226a9a820b8edd6cc16328fa3784eb4820aeba6c0e','50628754616c432aab7885ac2d706139a5eb960aae2fdf1915237b2e2906b932');
INSERT INTO checkpoint VALUES(12,12,'{"at":"2026-11-28T07:43:12.380615Z","casebook":"c0666de3-0e96-41e4-824c-a0af8620aef0","link":"afb0beebd90b4da30eb02d7457c9b9d95f055066281b49b4ba27c1715a4f6d17","number":12,"previous":"80c2d9567a555b14f53167ea18ee6eed347c1ff6484d16b24bdb7e8d5b8ea3cf","seq":12}',X'9e6c24e1e06083e7eecb7166ab21e70c6c7b5d46ae3cb485edd4c69b3dc58903a2ff6a0263833013ea7fe296e7d0e1e19c63cbda80a2b7a0796d750a54f50108','50628754616c432aab7885ac2d706139a5eb960aae2fdf1915237b2e2906b932');
INSERT INTO checkpoint VALUES(13,13,'{"at":"2026-11-28T07:43:46.555823Z","casebook":"c0666de3-0e96-41e4-824c-a0af8620aef0","link":"f9dcba1874f2fd82982d515441ea07779613291198289c9ba1b241b55018986b","number":13,"previous":"9ab0ee94aae1f3f92e9c5169a850eb0d66868e78cc7d0fc81758924730d97c14","seq":13}',X'595d43f344b694285ed1b267dbe7d777a72a06e5a115b7de535cb206cafa15024cb8c44736a86a3e32fc04d41717b2607e3493c07f7fd66b0f23e64423e5b203','50628754616c432aab7885ac2d706139a5eb960aae2fdf1915237b2e2906b932');
INSERT INTO checkpoint VALUES(14,14,'{"at":"2026-11-28T07:43:46.621928Z","casebook":"c0666de3-0e96-41e4-824c-a0af8620aef0","link":"4a94acb64196bb1dc4fe69a3bc0a5483a98b63e582d4603b4a70a27f6aa1a81e","number":14,"previous":"8bdc240af64bdfc8a7949e92b6a2c09cf71c92be37441de8b2e2e897ea61ae70","seq":14}',X'86f0a4b0f017b6a045d65af71e1687d99c0540ffd43a13201f093e3e3eba6df249f7804bdb3ac1208da034b0be70bbc44c82c8e5637cf1481ace22270cc68300','50628754616c432aab7885ac2d706139a5eb960aae2fdf1915237b2e2906b932');
INSERT INTO checkpoint VALUES(15,15,'{"at":"2026-11-28T07:43:46.657782Z","casebook":"c0666de3-0e96-41e4-824c-a0af8620aef0","link":"11873041758670ed9ef319b8fecd9108ca23baa94f471bb0ff73e1599822cd16","number":15,"previous":"cc3e450c798649c0077cfcbb9498103c3d9a00d55ddd37aac9082a4ec3d4f044","seq":15}',X'e1508f2f02ae4ebe1e8b5e911c9a6c20e1bc05ce746854402ccc5e404ba212f9d1cf03a7d7c3b0bd32a0bd45ed62d0154f2cfa86643635a3985680c16be12f0d','50628754616c432aab7885ac2d706139a5eb960aae2fdf1915237b2e2906b932');
INSERT INTO checkpoint VALUES(16,16,'{"at":"2026-11-28T07:43:46.705765Z","casebook":"c0666de3-0e96-41e4-824c-a0af8620aef0","link":"d3876950194d45df79d32a363e1b02d1ba0420e4c0ebb4ec26837fc2a47f1956","number":16,"previous":"79d494b9291c15eb75ad6a282693a438a10016c2e0430c060b57971984aabd13","seq":16}',X'7072b46d406b9ac9b90cbdcd3a8af0b7c8c930d422824b40b23d4be395dd94afa9b8e06c3b531e6b6a3e9e7b759742c5cb6d8eeaa401af93f5332d8442510800','50628754616c432aab7885ac2d706139a5eb960aae2fdf1915237b2e2906b932');
INSERT INTO checkpoint VALUES(17,17,'{"at":"2026-11-28T07:43:46.746285Z","casebook":"c0666de3-0e96-41e4-824c-a0af8620aef0","link":"a9b96c2d808e82cad8b702499268ef571550f3ebc45df6bd6380b4b917146950","number":17,"previous":"30d0246c5d9eeef6d36a33161686695f365727a7c1c08018ea0119f39aeeb1b9","seq":17}',X'bdf3f5f7636778b615250befccea2ac8aa65fcc54dfe79d619736ecb1f780b5d4c9c699db1f3a8ccf2a205abf26173d036b9d3bc8d238602a6e30e2e40b09509','50628754616c432aab7885ac2d706139a5eb960aae2fdf1915237b2e2906b932');
INSERT INTO checkpoint VALUES(18,18,'{"at":"2026-11-28T07:43:57.400400Z","casebook":"c0666de3-0e96-41e4-824c-a0af8620aef0","link":"c58d04c81b279c06a05c7e96ebe894506c904c3289168582526d6379fa5b364a","number":18,"previous":"4fd90677ca158c2353b19c2e1a7f15534297193f6062b885583110507b8097a2","seq":18}',X'd2f19fe776742b3f39097f3df1b54ca65a0d4b3afd2f59fb7af775d425b63173070edac65b57caab1639bd2c3b6ddcf861b71235c99034c2de5a18e9d1babc0a','50628754616c432aab7885ac2d706139a5eb960aae2fdf1915237b2e2906b932');
CREATE TABLE comment (
	seq INTEGER NOT NULL, 
	case_number BIGINT NOT NULL, 
	finding BIGINT, 
	person TEXT NOT NULL, 
	at TEXT NOT NULL, 
	text TEXT, 
	CONSTRAINT pk_comment PRIMARY KEY (seq)
);
CREATE TABLE decision (
	seq INTEGER NOT NULL, 
	finding BIGINT NOT NULL, 
	person TEXT NOT NULL, 
	at TEXT NOT NULL, 
	outcome TEXT NOT NULL, 
	reason TEXT, 
	correction TEXT, 
	blind BOOLEAN NOT NULL, 
	CONSTRAINT pk_decision PRIMARY KEY (seq)
);
INSERT INTO decision VALUES(18,1,'9f667e7858134b9d','2026-11-28T07:43:57.400400Z','need_more','Ask the maker',NULL,0);
CREATE TABLE finding (
	id INTEGER NOT NULL, 
	run BIGINT NOT NULL, 
	case_number BIGINT NOT NULL, 
	block BIGINT NOT NULL, 
	"row" BIGINT NOT NULL, 
	subject_id TEXT NOT NULL, 
	input_key BIGINT NOT NULL, 
	verdict SMALLINT NOT NULL, 
	list TEXT NOT NULL, 
	entry TEXT NOT NULL, 
	status SMALLINT NOT NULL, 
	grave BOOLEAN NOT NULL, 
	salt BLOB, 
	content TEXT, 
	seal BLOB, 
	CONSTRAINT pk_finding PRIMARY KEY (id)
);
INSERT INTO finding VALUES(1,1,1,6,1,'P1',5730317608155341735,0,'CWC','1A01',3,1,X'c12accd9c1240e5e427abe564adced56','{"basis":"structure","component":1,"entry":"1A01","evidence":[{"atoms":[3,4,6,7],"kind":"atoms","label":"core","structure":"CC(C)OP(C)(=O)F","value":""},{"atoms":[5],"kind":"atoms","label":"R","structure":"CC(C)OP(C)(=O)F","value":""},{"atoms":[0,1,2],"kind":"atoms","label":"Q","structure":"CC(C)OP(C)(=O)F","value":""}],"grave":true,"id":1,"input":"CC(C)OP(C)(=O)F","list":"CWC","message":{"id":"why","values":{"about":{"id":"why_family","values":{"entry":"1A01","places":[{"id":"place_P","values":{"group":{"id":"group_methyl","values":{}}}},{"id":"place_O","values":{"group":{"id":"group_isopropyl","values":{}}}}]}},"doubts":[],"salt":"","unverified":""}},"row":1,"run":1,"subject_id":"P1","verdict":"listed"}',NULL);
INSERT INTO finding VALUES(2,1,1,6,2,'P2',6832352781384313885,4,'','',7,0,X'3ece9b9e0b7a092861b710fae4c9a61a','{"basis":"structure","id":2,"input":"CCO","message":{"id":"why_not_listed","values":{"date":"2026-11-28","lists":["CWC","AG"]}},"row":2,"run":1,"subject_id":"P2","verdict":"not_listed"}',NULL);
INSERT INTO finding VALUES(3,2,2,11,1,'S-01',5194140023022315475,7,'CWC','1A01',7,0,X'65b69927a3c773ad5e7bbc865114de4f','{"basis":"name","entry":"1A01","evidence":[{"atoms":[],"kind":"state","label":"from","structure":"","value":"FRA state_party 1997-04-29"},{"atoms":[],"kind":"state","label":"to","structure":"","value":"DEU state_party 1997-04-29"},{"atoms":[],"kind":"duty","label":"s1-purpose","structure":"","value":"met; Verification Annex VI.2(a), VI.3; treaty"},{"atoms":[],"kind":"duty","label":"s1-justified","structure":"","value":"told; Verification Annex VI.2(b); treaty"},{"atoms":[],"kind":"duty","label":"s1-total","structure":"","value":"told; Verification Annex VI.2(c), VI.2(d); treaty"},{"atoms":[],"kind":"duty","label":"s1-retransfer","structure":"","value":"told; Verification Annex VI.4; treaty"},{"atoms":[],"kind":"duty","label":"s1-notice","structure":"","value":"met 2027-01-16; Verification Annex VI.5; treaty"},{"atoms":[],"kind":"duty","label":"s1-annual","structure":"","value":"later 2028-03-30; Verification Annex VI.6; treaty"},{"atoms":[],"kind":"duty","label":"licence","structure":"","value":"told; Article VI.2 and Article VII.1; the laws of States are not at hand; unverified"},{"atoms":[],"kind":"paper","label":"notice","structure":"","value":"notice FRA 2027-01-04"},{"atoms":[],"kind":"paper","label":"notice","structure":"","value":"notice DEU 2027-01-05"}],"id":3,"input":"Sarin","list":"CWC","message":{"id":"transfers_and","values":{"first":{"id":"transfers_and","values":{"first":{"id":"transfers_why_allowed","values":{"entry":"CWC 1A01","verdict":"verdict_allowed"}},"second":{"id":"transfers_states_as_of","values":{"date":"2023-11-29"}}}},"second":{"id":"transfers_owed_later_by","values":{"due":"2028-03-30","says":{"id":"transfers_rule_s1_annual","values":{"day":"2027-02-15","days":"90","entry":"1A01","limit":"","receiver":{"id":"by_language","values":{"ar":"ألمانيا","en":"Germany","es":"Alemania","fr":"Allemagne","ru":"Германия","zh":"德国"}},"sender":{"id":"by_language","values":{"ar":"فرنسا","en":"France","es":"Francia","fr":"France","ru":"Франция","zh":"法国"}},"states":[{"id":"by_language","values":{"ar":"فرنسا","en":"France","es":"Francia","fr":"France","ru":"Франция","zh":"法国"}},{"id":"by_language","values":{"ar":"ألمانيا","en":"Germany","es":"Alemania","fr":"Allemagne","ru":"Германия","zh":"德国"}}],"strangers":[],"via":[]}}}}}},"row":1,"run":2,"subject_id":"S-01","verdict":"allowed"}',NULL);
INSERT INTO finding VALUES(4,2,2,11,2,'S-02',2623060695500547072,6,'CWC','1A07',0,0,X'cf60228abe49cfcae817152eaaeffcfb','{"basis":"name","entry":"1A07","evidence":[{"atoms":[],"kind":"state","label":"from","structure":"","value":"CAN state_party 1997-04-29"},{"atoms":[],"kind":"state","label":"to","structure":"","value":"NOR state_party 1997-04-29"},{"atoms":[],"kind":"duty","label":"s1-purpose","structure":"","value":"met; Verification Annex VI.2(a), VI.3; treaty"},{"atoms":[],"kind":"duty","label":"s1-justified","structure":"","value":"told; Verification Annex VI.2(b); treaty"},{"atoms":[],"kind":"duty","label":"s1-total","structure":"","value":"told; Verification Annex VI.2(c), VI.2(d); treaty"},{"atoms":[],"kind":"duty","label":"s1-retransfer","structure":"","value":"told; Verification Annex VI.4; treaty"},{"atoms":[],"kind":"duty","label":"s1-saxitoxin","structure":"","value":"needed 2027-01-20; Verification Annex VI.5bis; treaty"},{"atoms":[],"kind":"duty","label":"s1-annual","structure":"","value":"later 2028-03-30; Verification Annex VI.6; treaty"},{"atoms":[],"kind":"duty","label":"licence","structure":"","value":"told; Article VI.2 and Article VII.1; the laws of States are not at hand; unverified"},{"atoms":[],"kind":"paper","label":"notice","structure":"","value":"notice CAN 2027-01-20"}],"id":4,"input":"Saxitoxin","list":"CWC","message":{"id":"transfers_and","values":{"first":{"id":"transfers_and","values":{"first":{"id":"transfers_and","values":{"first":{"id":"transfers_why_allowed_with","values":{"entry":"CWC 1A07","verdict":"verdict_allowed_with"}},"second":{"id":"transfers_and","values":{"first":{"id":"transfers_owed_needed_by","values":{"due":"2027-01-20","says":{"id":"transfers_rule_s1_saxitoxin","values":{"day":"2027-01-20","days":"","entry":"1A07","limit":{"id":"threshold_le","values":{"above":"None","quantity":"5","unit":{"id":"threshold_unit_mg","values":{}}}},"receiver":{"id":"by_language","values":{"ar":"النرويج","en":"Norway","es":"Noruega","fr":"Norvège","ru":"Норвегия","zh":"挪威"}},"sender":{"id":"by_language","values":{"ar":"كندا","en":"Canada","es":"Canadá","fr":"Canada","ru":"Канада","zh":"加拿大"}},"states":[{"id":"by_language","values":{"ar":"كندا","en":"Canada","es":"Canadá","fr":"Canada","ru":"Канада","zh":"加拿大"}},{"id":"by_language","values":{"ar":"النرويج","en":"Norway","es":"Noruega","fr":"Norvège","ru":"Норвегия","zh":"挪威"}}],"strangers":[],"via":[]}}}},"second":{"id":"transfers_check_notice_lacking","values":{"states":[{"id":"by_language","values":{"ar":"النرويج","en":"Norway","es":"Noruega","fr":"Norvège","ru":"Норвегия","zh":"挪威"}}]}}}}}},"second":{"id":"transfers_states_as_of","values":{"date":"2023-11-29"}}}},"second":{"id":"transfers_owed_later_by","values":{"due":"2028-03-30","says":{"id":"transfers_rule_s1_annual","values":{"day":"2027-01-20","days":"90","entry":"1A07","limit":"","receiver":{"id":"by_language","values":{"ar":"النرويج","en":"Norway","es":"Noruega","fr":"Norvège","ru":"Норвегия","zh":"挪威"}},"sender":{"id":"by_language","values":{"ar":"كندا","en":"Canada","es":"Canadá","fr":"Canada","ru":"Канада","zh":"加拿大"}},"states":[{"id":"by_language","values":{"ar":"كندا","en":"Canada","es":"Canadá","fr":"Canada","ru":"Канада","zh":"加拿大"}},{"id":"by_language","values":{"ar":"النرويج","en":"Norway","es":"Noruega","fr":"Norvège","ru":"Норвегия","zh":"挪威"}}],"strangers":[],"via":[]}}}}}},"row":2,"run":2,"subject_id":"S-02","verdict":"allowed_with"}',NULL);
INSERT INTO finding VALUES(5,3,3,16,1,'102-71-6 NOR>DNK 2025',3735616661836469809,8,'CWC','3B17',0,0,X'641c81b1cfe561c7c63d444baf37fb44','{"basis":"ledger","confidence":0.958,"entry":"3B17","evidence":[{"atoms":[],"kind":"quantity","label":"exported","structure":"","value":"163000.000 kg"},{"atoms":[],"kind":"quantity","label":"imported","structure":"","value":"112000.000 kg"},{"atoms":[],"kind":"order","label":"transfer-ranking","structure":"","value":"0.3; e0a0d1e8b93d0a4ce0d4628ad4686ddf6e2e0852fb6105eed88246fd5ed72acc"},{"atoms":[],"kind":"line","label":"ledger-ours.csv N-001: export NOR>DNK 2025-01-14 64000 kg = ledger-theirs.csv 1: import NOR>DNK 2025-01-25 64000 kg","structure":"","value":"matched"},{"atoms":[],"kind":"line","label":"ledger-theirs.csv 1: import NOR>DNK 2025-01-25 64000 kg = ledger-ours.csv N-001: export NOR>DNK 2025-01-14 64000 kg","structure":"","value":"matched"},{"atoms":[],"kind":"line","label":"ledger-ours.csv N-003: export NOR>DNK 2025-09-22 51000 kg","structure":"","value":"unmatched"},{"atoms":[],"kind":"line","label":"ledger-ours.csv N-002: export NOR>DNK 2025-03-03 48000 kg = ledger-theirs.csv 2: import NOR>DNK 2025-03-13 48000 kg","structure":"","value":"matched"},{"atoms":[],"kind":"line","label":"ledger-theirs.csv 2: import NOR>DNK 2025-03-13 48000 kg = ledger-ours.csv N-002: export NOR>DNK 2025-03-03 48000 kg","structure":"","value":"matched"}],"id":5,"input":"Triethanolamine NOR>DNK 2025","list":"CWC","message":{"id":"reconcile_why","values":{"cause":{"id":"reconcile_why_concentration_rule","values":{"difference":51000.0,"exported":163000.0,"exporter":"NOR","imported":112000.0,"importer":"DNK","threshold":30000.0}},"rule":{"id":"reconcile_over","values":{"difference":51000.0,"exported":163000.0,"exporter":"NOR","imported":112000.0,"importer":"DNK","threshold":30000.0}}}},"model":"transfer-causes","row":1,"run":3,"subject_id":"102-71-6 NOR>DNK 2025","verdict":"discrepancy","weights":"6a11ea35ac670fa6b8e88e67d74e5bba5788ee321085717ab71567d6448dfc50"}',NULL);
INSERT INTO finding VALUES(6,3,3,16,2,'7719-09-7 NOR>FIN 2026',1605460495315728607,8,'CWC','3B14',0,0,X'6b65c07ae7c6bb816a3befb480b8095e','{"basis":"ledger","confidence":0.9842,"entry":"3B14","evidence":[{"atoms":[],"kind":"quantity","label":"exported","structure":"","value":"0.000 kg"},{"atoms":[],"kind":"quantity","label":"imported","structure":"","value":"47300.000 kg"},{"atoms":[],"kind":"order","label":"transfer-ranking","structure":"","value":"0.0; e0a0d1e8b93d0a4ce0d4628ad4686ddf6e2e0852fb6105eed88246fd5ed72acc"},{"atoms":[],"kind":"line","label":"ledger-theirs.csv 3: import NOR>FIN 2026-01-08 47300 kg = ledger-ours.csv N-004: export NOR>FIN 2025-12-18 47300 kg","structure":"","value":"matched"}],"id":6,"input":"Thionyl chloride NOR>FIN 2026","list":"CWC","message":{"id":"reconcile_why","values":{"cause":{"id":"reconcile_why_year_end_named","values":{"difference":47300.0,"exported":0.0,"exporter":"NOR","imported":47300.0,"importer":"FIN","other_year":"2025","threshold":30000.0}},"rule":{"id":"reconcile_over","values":{"difference":47300.0,"exported":0.0,"exporter":"NOR","imported":47300.0,"importer":"FIN","other_year":"2025","threshold":30000.0}}}},"model":"transfer-causes","row":2,"run":3,"subject_id":"7719-09-7 NOR>FIN 2026","verdict":"discrepancy","weights":"6a11ea35ac670fa6b8e88e67d74e5bba5788ee321085717ab71567d6448dfc50"}',NULL);
INSERT INTO finding VALUES(7,3,3,16,3,'75-44-5 DNK>NOR 2025',722828297843387138,8,'CWC','3A01',0,0,X'c7d66d730b959573b24a9baa9eb97743','{"basis":"ledger","confidence":0.9984,"entry":"3A01","evidence":[{"atoms":[],"kind":"quantity","label":"exported","structure":"","value":"52000.000 kg"},{"atoms":[],"kind":"quantity","label":"imported","structure":"","value":"52.000 kg"},{"atoms":[],"kind":"order","label":"transfer-ranking","structure":"","value":"0.0; e0a0d1e8b93d0a4ce0d4628ad4686ddf6e2e0852fb6105eed88246fd5ed72acc"},{"atoms":[],"kind":"line","label":"ledger-theirs.csv 5: export DNK>NOR 2025-05-19 52000 kg = ledger-ours.csv N-006: import DNK>NOR 2025-05-30 52 kg","structure":"","value":"matched"},{"atoms":[],"kind":"line","label":"ledger-ours.csv N-006: import DNK>NOR 2025-05-30 52 kg = ledger-theirs.csv 5: export DNK>NOR 2025-05-19 52000 kg","structure":"","value":"matched"}],"id":7,"input":"Phosgene DNK>NOR 2025","list":"CWC","message":{"id":"reconcile_why","values":{"cause":{"id":"reconcile_why_unit","values":{"difference":51948.0,"exported":52000.0,"exporter":"DNK","imported":52.0,"importer":"NOR","threshold":30000.0}},"rule":{"id":"reconcile_over","values":{"difference":51948.0,"exported":52000.0,"exporter":"DNK","imported":52.0,"importer":"NOR","threshold":30000.0}}}},"model":"transfer-causes","row":3,"run":3,"subject_id":"75-44-5 DNK>NOR 2025","verdict":"discrepancy","weights":"6a11ea35ac670fa6b8e88e67d74e5bba5788ee321085717ab71567d6448dfc50"}',NULL);
INSERT INTO finding VALUES(8,3,3,16,4,'111-48-8 NOR>FIN 2025',7219004598530292330,8,'CWC','2B13',0,0,X'0b47d7bb85c559344aa8432518486acd','{"basis":"ledger","confidence":0.9876,"entry":"2B13","evidence":[{"atoms":[],"kind":"quantity","label":"exported","structure":"","value":"7902.000 kg"},{"atoms":[],"kind":"quantity","label":"imported","structure":"","value":"9000.000 kg"},{"atoms":[],"kind":"order","label":"transfer-ranking","structure":"","value":"0.0; e0a0d1e8b93d0a4ce0d4628ad4686ddf6e2e0852fb6105eed88246fd5ed72acc"},{"atoms":[],"kind":"line","label":"ledger-theirs.csv 7: import NOR>FIN 2025-06-29 4000 kg = ledger-ours.csv N-008: export NOR>FIN 2025-06-17 3712 kg","structure":"","value":"matched"},{"atoms":[],"kind":"line","label":"ledger-ours.csv N-008: export NOR>FIN 2025-06-17 3712 kg = ledger-theirs.csv 7: import NOR>FIN 2025-06-29 4000 kg","structure":"","value":"matched"},{"atoms":[],"kind":"line","label":"ledger-theirs.csv 8: import NOR>FIN 2025-10-12 3000 kg = ledger-ours.csv N-009: export NOR>FIN 2025-10-02 2550 kg","structure":"","value":"matched"},{"atoms":[],"kind":"line","label":"ledger-ours.csv N-009: export NOR>FIN 2025-10-02 2550 kg = ledger-theirs.csv 8: import NOR>FIN 2025-10-12 3000 kg","structure":"","value":"matched"},{"atoms":[],"kind":"line","label":"ledger-theirs.csv 6: import NOR>FIN 2025-02-21 2000 kg = ledger-ours.csv N-007: export NOR>FIN 2025-02-11 1640 kg","structure":"","value":"matched"},{"atoms":[],"kind":"line","label":"ledger-ours.csv N-007: export NOR>FIN 2025-02-11 1640 kg = ledger-theirs.csv 6: import NOR>FIN 2025-02-21 2000 kg","structure":"","value":"matched"}],"id":8,"input":"Thiodiglycol NOR>FIN 2025","list":"CWC","message":{"id":"reconcile_why","values":{"cause":{"id":"reconcile_why_rounding","values":{"difference":1098.0,"exported":7902.0,"exporter":"NOR","imported":9000.0,"importer":"FIN","threshold":1000.0}},"rule":{"id":"reconcile_over","values":{"difference":1098.0,"exported":7902.0,"exporter":"NOR","imported":9000.0,"importer":"FIN","threshold":1000.0}}}},"model":"transfer-causes","row":4,"run":3,"subject_id":"111-48-8 NOR>FIN 2025","verdict":"discrepancy","weights":"6a11ea35ac670fa6b8e88e67d74e5bba5788ee321085717ab71567d6448dfc50"}',NULL);
INSERT INTO finding VALUES(9,3,3,16,5,'7719-09-7 NOR>FIN 2025',2174884080892533584,8,'CWC','3B14',0,0,X'3a607b203ef3a497f311d00579957761','{"basis":"ledger","confidence":0.9899,"entry":"3B14","evidence":[{"atoms":[],"kind":"quantity","label":"exported","structure":"","value":"47300.000 kg"},{"atoms":[],"kind":"quantity","label":"imported","structure":"","value":"0.000 kg"},{"atoms":[],"kind":"order","label":"transfer-ranking","structure":"","value":"0.0; e0a0d1e8b93d0a4ce0d4628ad4686ddf6e2e0852fb6105eed88246fd5ed72acc"},{"atoms":[],"kind":"line","label":"ledger-ours.csv N-004: export NOR>FIN 2025-12-18 47300 kg = ledger-theirs.csv 3: import NOR>FIN 2026-01-08 47300 kg","structure":"","value":"matched"}],"id":9,"input":"Thionyl chloride NOR>FIN 2025","list":"CWC","message":{"id":"reconcile_why","values":{"cause":{"id":"reconcile_why_year_end_named","values":{"difference":47300.0,"exported":47300.0,"exporter":"NOR","imported":0.0,"importer":"FIN","other_year":"2026","threshold":30000.0}},"rule":{"id":"reconcile_over","values":{"difference":47300.0,"exported":47300.0,"exporter":"NOR","imported":0.0,"importer":"FIN","other_year":"2026","threshold":30000.0}}}},"model":"transfer-causes","row":5,"run":3,"subject_id":"7719-09-7 NOR>FIN 2025","verdict":"discrepancy","weights":"6a11ea35ac670fa6b8e88e67d74e5bba5788ee321085717ab71567d6448dfc50"}',NULL);
INSERT INTO finding VALUES(10,3,3,16,6,'105-59-9 DNK>NOR 2025',5535064288361414243,8,'CWC','3B16',0,0,X'c2fd893009ea9842675b49410906e681','{"basis":"ledger","confidence":0.996,"entry":"3B16","evidence":[{"atoms":[],"kind":"quantity","label":"exported","structure":"","value":"92000.000 kg"},{"atoms":[],"kind":"quantity","label":"imported","structure":"","value":"52000.000 kg"},{"atoms":[],"kind":"order","label":"transfer-ranking","structure":"","value":"0.0; e0a0d1e8b93d0a4ce0d4628ad4686ddf6e2e0852fb6105eed88246fd5ed72acc"},{"atoms":[],"kind":"line","label":"ledger-ours.csv N-010: import DNK>NOR 2025-08-05 92000 kg = ledger-theirs.csv 9: export DNK>NOR 2025-07-28 92000 kg","structure":"","value":"matched"},{"atoms":[],"kind":"line","label":"ledger-theirs.csv 9: export DNK>NOR 2025-07-28 92000 kg = ledger-ours.csv N-010: import DNK>NOR 2025-08-05 92000 kg","structure":"","value":"matched"},{"atoms":[],"kind":"line","label":"ledger-ours.csv N-011: import DNK>NOR 2025-10-11 -40000 kg","structure":"","value":"netted"}],"id":10,"input":"Methyldiethanolamine DNK>NOR 2025","list":"CWC","message":{"id":"reconcile_why_unread","values":{"cause":{"id":"reconcile_why_returns_netted","values":{"difference":40000.0,"exported":92000.0,"exporter":"DNK","imported":52000.0,"importer":"NOR","threshold":30000.0}},"rule":{"id":"reconcile_over","values":{"difference":40000.0,"exported":92000.0,"exporter":"DNK","imported":52000.0,"importer":"NOR","threshold":30000.0}},"unread":{"id":"ledger_quantity_negative","values":{}}}},"model":"transfer-causes","row":6,"run":3,"subject_id":"105-59-9 DNK>NOR 2025","verdict":"discrepancy","weights":"6a11ea35ac670fa6b8e88e67d74e5bba5788ee321085717ab71567d6448dfc50"}',NULL);
INSERT INTO finding VALUES(11,3,3,16,7,'121-45-9 FIN>NOR 2025',8435419740071749252,8,'CWC','3B08',0,0,X'3dac29cad5f6300bd4dae6f69b0accb1','{"basis":"ledger","confidence":0.9912,"entry":"3B08","evidence":[{"atoms":[],"kind":"quantity","label":"exported","structure":"","value":"38000.000 kg"},{"atoms":[],"kind":"quantity","label":"imported","structure":"","value":"76000.000 kg"},{"atoms":[],"kind":"order","label":"transfer-ranking","structure":"","value":"0.0; e0a0d1e8b93d0a4ce0d4628ad4686ddf6e2e0852fb6105eed88246fd5ed72acc"},{"atoms":[],"kind":"line","label":"ledger-ours.csv N-012: import FIN>NOR 2025-07-01 38000 kg","structure":"","value":"matched_in_sum"},{"atoms":[],"kind":"line","label":"ledger-ours.csv N-013: import FIN>NOR 2025-07-02 38000 kg = ledger-theirs.csv 10: export FIN>NOR 2025-06-22 38000 kg","structure":"","value":"matched"},{"atoms":[],"kind":"line","label":"ledger-theirs.csv 10: export FIN>NOR 2025-06-22 38000 kg = ledger-ours.csv N-013: import FIN>NOR 2025-07-02 38000 kg","structure":"","value":"matched"}],"id":11,"input":"Trimethyl phosphite FIN>NOR 2025","list":"CWC","message":{"id":"reconcile_why","values":{"cause":{"id":"reconcile_why_double_entry","values":{"difference":38000.0,"exported":38000.0,"exporter":"FIN","imported":76000.0,"importer":"NOR","threshold":30000.0}},"rule":{"id":"reconcile_over","values":{"difference":38000.0,"exported":38000.0,"exporter":"FIN","imported":76000.0,"importer":"NOR","threshold":30000.0}}}},"model":"transfer-causes","row":7,"run":3,"subject_id":"121-45-9 FIN>NOR 2025","verdict":"discrepancy","weights":"6a11ea35ac670fa6b8e88e67d74e5bba5788ee321085717ab71567d6448dfc50"}',NULL);
INSERT INTO finding VALUES(12,3,3,16,8,'10025-87-3 FIN>NOR 2025',4091716972814587367,8,'CWC','3B05',0,0,X'1e9d2296569298b336373253ba00d97a','{"basis":"ledger","confidence":0.9998,"entry":"3B05","evidence":[{"atoms":[],"kind":"quantity","label":"exported","structure":"","value":"61200.000 kg"},{"atoms":[],"kind":"quantity","label":"imported","structure":"","value":"0.000 kg"},{"atoms":[],"kind":"order","label":"transfer-ranking","structure":"","value":"0.0; e0a0d1e8b93d0a4ce0d4628ad4686ddf6e2e0852fb6105eed88246fd5ed72acc"},{"atoms":[],"kind":"line","label":"ledger-theirs.csv 4: export FIN>NOR 2025-04-10 61200 kg = ledger-ours.csv N-005: import FIN>NOR 2025-04-20 61200 kg","structure":"","value":"matched_across"}],"id":12,"input":"Phosphorus oxychloride FIN>NOR 2025","list":"CWC","message":{"id":"reconcile_why","values":{"cause":{"id":"reconcile_why_wrong_chemical_named","values":{"difference":61200.0,"exported":61200.0,"exporter":"FIN","imported":0.0,"importer":"NOR","other_substance":"Phosphorus trichloride","threshold":30000.0}},"rule":{"id":"reconcile_over","values":{"difference":61200.0,"exported":61200.0,"exporter":"FIN","imported":0.0,"importer":"NOR","other_substance":"Phosphorus trichloride","threshold":30000.0}}}},"model":"transfer-causes","row":8,"run":3,"subject_id":"10025-87-3 FIN>NOR 2025","verdict":"discrepancy","weights":"6a11ea35ac670fa6b8e88e67d74e5bba5788ee321085717ab71567d6448dfc50"}',NULL);
INSERT INTO finding VALUES(13,3,3,16,9,'7719-12-2 FIN>NOR 2025',6377640781954880518,8,'CWC','3B06',0,0,X'984f2a5a6a387d479ce3626eb8cba296','{"basis":"ledger","confidence":0.9998,"entry":"3B06","evidence":[{"atoms":[],"kind":"quantity","label":"exported","structure":"","value":"0.000 kg"},{"atoms":[],"kind":"quantity","label":"imported","structure":"","value":"61200.000 kg"},{"atoms":[],"kind":"order","label":"transfer-ranking","structure":"","value":"0.0; e0a0d1e8b93d0a4ce0d4628ad4686ddf6e2e0852fb6105eed88246fd5ed72acc"},{"atoms":[],"kind":"line","label":"ledger-ours.csv N-005: import FIN>NOR 2025-04-20 61200 kg = ledger-theirs.csv 4: export FIN>NOR 2025-04-10 61200 kg","structure":"","value":"matched_across"}],"id":13,"input":"Phosphorus trichloride FIN>NOR 2025","list":"CWC","message":{"id":"reconcile_why","values":{"cause":{"id":"reconcile_why_wrong_chemical_named","values":{"difference":61200.0,"exported":0.0,"exporter":"FIN","imported":61200.0,"importer":"NOR","other_substance":"Phosphorus oxychloride","threshold":30000.0}},"rule":{"id":"reconcile_over","values":{"difference":61200.0,"exported":0.0,"exporter":"FIN","imported":61200.0,"importer":"NOR","other_substance":"Phosphorus oxychloride","threshold":30000.0}}}},"model":"transfer-causes","row":9,"run":3,"subject_id":"7719-12-2 FIN>NOR 2025","verdict":"discrepancy","weights":"6a11ea35ac670fa6b8e88e67d74e5bba5788ee321085717ab71567d6448dfc50"}',NULL);
INSERT INTO finding VALUES(14,3,3,16,11,'1:11',1680505898376886968,1,'','',0,0,X'950d1aff5094b78e2c711c891b0fa92b','{"basis":"ledger","id":14,"input":"ledger-ours.csv","message":{"id":"ledger_quantity_negative","values":{}},"model":"transfer-causes","row":11,"run":3,"subject_id":"1:11","verdict":"review","weights":"6a11ea35ac670fa6b8e88e67d74e5bba5788ee321085717ab71567d6448dfc50"}',NULL);
INSERT INTO finding VALUES(15,3,3,16,11,'2:11',716001506055779100,3,'','',0,0,X'1062f5573872ad388d34040dcf28d9e7','{"basis":"ledger","id":15,"input":"ledger-theirs.csv","message":{"id":"ledger_state_unknown","values":{"text":"Norvege du Nord"}},"model":"transfer-causes","row":11,"run":3,"subject_id":"2:11","verdict":"unreadable","weights":"6a11ea35ac670fa6b8e88e67d74e5bba5788ee321085717ab71567d6448dfc50"}',NULL);
CREATE TABLE finding_count (
	run INTEGER NOT NULL, 
	case_number INTEGER NOT NULL, 
	verdict SMALLINT NOT NULL, 
	list TEXT NOT NULL, 
	entry TEXT NOT NULL, 
	status SMALLINT NOT NULL, 
	grave BOOLEAN NOT NULL, 
	n BIGINT NOT NULL, 
	CONSTRAINT pk_finding_count PRIMARY KEY (run, case_number, verdict, list, entry, status, grave)
);
INSERT INTO finding_count VALUES(1,1,0,'CWC','1A01',0,1,0);
INSERT INTO finding_count VALUES(1,1,4,'','',7,0,1);
INSERT INTO finding_count VALUES(2,2,7,'CWC','1A01',7,0,1);
INSERT INTO finding_count VALUES(2,2,6,'CWC','1A07',0,0,1);
INSERT INTO finding_count VALUES(3,3,8,'CWC','3B17',0,0,1);
INSERT INTO finding_count VALUES(3,3,8,'CWC','3B14',0,0,2);
INSERT INTO finding_count VALUES(3,3,8,'CWC','3A01',0,0,1);
INSERT INTO finding_count VALUES(3,3,8,'CWC','2B13',0,0,1);
INSERT INTO finding_count VALUES(3,3,8,'CWC','3B16',0,0,1);
INSERT INTO finding_count VALUES(3,3,8,'CWC','3B08',0,0,1);
INSERT INTO finding_count VALUES(3,3,8,'CWC','3B05',0,0,1);
INSERT INTO finding_count VALUES(3,3,8,'CWC','3B06',0,0,1);
INSERT INTO finding_count VALUES(3,3,1,'','',0,0,1);
INSERT INTO finding_count VALUES(3,3,3,'','',0,0,1);
INSERT INTO finding_count VALUES(1,1,0,'CWC','1A01',3,1,1);
CREATE TABLE invitation (
	digest TEXT NOT NULL, 
	person TEXT NOT NULL, 
	role TEXT NOT NULL, 
	made_at TEXT NOT NULL, 
	ends_at TEXT NOT NULL, 
	used_at TEXT NOT NULL, 
	CONSTRAINT pk_invitation PRIMARY KEY (digest)
);
CREATE TABLE job (
	id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	state TEXT NOT NULL, 
	person TEXT NOT NULL, 
	case_number BIGINT NOT NULL, 
	source_id TEXT NOT NULL, 
	asked TEXT NOT NULL, 
	run BIGINT, 
	rows_done BIGINT NOT NULL, 
	rows_all BIGINT, 
	problem TEXT NOT NULL, 
	made_at TEXT NOT NULL, 
	started_at TEXT NOT NULL, 
	beat_at TEXT NOT NULL, 
	finished_at TEXT NOT NULL, 
	worker TEXT NOT NULL, 
	cancel BOOLEAN NOT NULL, 
	CONSTRAINT pk_job PRIMARY KEY (id)
);
CREATE TABLE person (
	id TEXT NOT NULL, 
	login TEXT NOT NULL, 
	name TEXT NOT NULL, 
	role TEXT NOT NULL, 
	clearance SMALLINT NOT NULL, 
	active BOOLEAN NOT NULL, 
	password TEXT NOT NULL, 
	totp TEXT NOT NULL, 
	totp_offered TEXT NOT NULL, 
	totp_step BIGINT NOT NULL, 
	recovery TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	expected_as TEXT NOT NULL, 
	failures INTEGER NOT NULL, 
	locked_until TEXT NOT NULL, 
	made_at TEXT NOT NULL, 
	CONSTRAINT pk_person PRIMARY KEY (id), 
	CONSTRAINT uq_person_login UNIQUE (login)
);
INSERT INTO person VALUES('9f667e7858134b9d','os:root','root','reviewer',3,1,'','','',0,'[]','','',0,'','2026-11-28T07:42:42.310447Z');
CREATE TABLE recheck (
	finding INTEGER NOT NULL, 
	first_seq INTEGER NOT NULL, 
	first_person TEXT NOT NULL, 
	reviewer TEXT NOT NULL, 
	second_seq BIGINT, 
	CONSTRAINT pk_recheck PRIMARY KEY (finding, first_seq)
);
CREATE TABLE record (
	seq INTEGER NOT NULL, 
	at TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	actor TEXT NOT NULL, 
	case_number BIGINT, 
	commitment BLOB NOT NULL, 
	salt BLOB, 
	content TEXT, 
	CONSTRAINT pk_record PRIMARY KEY (seq)
);
INSERT INTO record VALUES(1,'2026-11-28T07:42:42.107243Z','casebook_made','console',NULL,X'74bfd89a71c06ffec41d06cf7483909c104daadafd0c3cd263ce8eec45543692',X'9b638afe56cd1911c359cc7f0b61e55e','{"actor":"console","at":"2026-11-28T07:42:42.107243Z","body":{"casebook":"c0666de3-0e96-41e4-824c-a0af8620aef0","sampling":"df83347b425e4935a5a15f983fb4e5e6c6bb01884e295d3ad39570d235d08f56"},"case":null,"kind":"casebook_made","seq":1}');
INSERT INTO record VALUES(2,'2026-11-28T07:42:42.310447Z','person_set','console',NULL,X'3292e178eb6a88ad5c570259ef5f531bf5daf7571e7225918e23c730ca7311b5',X'0623c18428ce54c6a0b90e8838948fd0','{"actor":"console","at":"2026-11-28T07:42:42.310447Z","body":{"active":true,"clearance":"highly_protected","person":"9f667e7858134b9d","role":"reviewer"},"case":null,"kind":"person_set","seq":2}');
INSERT INTO record VALUES(3,'2026-11-28T07:42:42.406030Z','case_opened','9f667e7858134b9d',1,X'2215e656b2f063bd53018fa4ee7c945364bf168e630df27d686db9568b9d3f85',X'acee27d8b48afb2f671f3afd1e276b80','{"actor":"9f667e7858134b9d","at":"2026-11-28T07:42:42.406030Z","body":{"due":"","mark":"unclassified","name":"stock","number":1,"owner":"9f667e7858134b9d","title":""},"case":1,"kind":"case_opened","seq":3}');
INSERT INTO record VALUES(4,'2026-11-28T07:42:42.477838Z','source_kept','9f667e7858134b9d',NULL,X'8627d6be5ebb7c14a77671a19e9ba6960e5decd340d1db6d3b0b8ff675fa8810',X'71961417ab282c50266ab34bf60063ac','{"actor":"9f667e7858134b9d","at":"2026-11-28T07:42:42.477838Z","body":{"mark":"unclassified","media_type":"","name":"chemicals.csv","size":36,"source":"4e735344c3cee8206210972c3c11051dd8f940b59613e199f09829f3adfd30e0"},"case":null,"kind":"source_kept","seq":4}');
INSERT INTO record VALUES(5,'2026-11-28T07:42:42.542203Z','run_started','9f667e7858134b9d',1,X'7893727289f77ce0cfaedfefaa15d2189974b27f24561d784cc4ba6b7a5ae1d7',X'26258fe4ad3e1f40beb091b08305b1ab','{"actor":"9f667e7858134b9d","at":"2026-11-28T07:42:42.542203Z","body":{"asked":{"as_of":"2026-11-28","column":"smiles","kind":"auto","lists":[],"only":[],"rules":[]},"checked":{"as_of":"2026-11-28","column":"smiles","file":"chemicals.csv","lists":[{"id":"CWC","text_of":"2020-06-07","title":"Schedules of the Chemical Weapons Convention"},{"id":"AG","text_of":"2024","title":"Australia Group: chemical weapons precursors"}],"policies":["policy_isotopes_ignored","policy_stereo_ignored","policy_salts_by_entry","policy_water_ignored","policy_tautomers_named","policy_mixtures_apart","policy_polycyclic_review","policy_concentration_later"],"systematic_names":true,"version":"0.1.0"},"maker":{"as_of":"2026-11-28","component":"opencwc.screening","lists":["CWC","AG"],"model":"","version":"0.1.0","weights":""},"run":1,"source":"4e735344c3cee8206210972c3c11051dd8f940b59613e199f09829f3adfd30e0","verb":"screen"},"case":1,"kind":"run_started","seq":5}');
INSERT INTO record VALUES(6,'2026-11-28T07:42:45.356547Z','findings','9f667e7858134b9d',1,X'61808f8910c06c628d88969bf0dc6d17ced666ba0760844a12af2ccc5ccf0559',X'0320e1070e90dc98a2c89c288116c010','{"actor":"9f667e7858134b9d","at":"2026-11-28T07:42:45.356547Z","body":{"count":2,"digest":"627b6473bc5410dbd88beec2966421e77e387c3381cfbf0abcfe003dd548900e","first":1,"run":1},"case":1,"kind":"findings","seq":6}');
INSERT INTO record VALUES(7,'2026-11-28T07:42:45.486031Z','run_finished','9f667e7858134b9d',1,X'5530cf21a344f4b68225db3033ac12b991eed2c5a52f40a787a9ed8cdf47389c',X'd2589d48c1678bd2c58ef7d49770c543','{"actor":"9f667e7858134b9d","at":"2026-11-28T07:42:45.486031Z","body":{"findings":2,"rows":2,"run":1,"state":"done","tally":{"by_verdict":{"exempt":0,"listed":1,"not_listed":1,"review":0,"unreadable":0},"rows":2}},"case":1,"kind":"run_finished","seq":7}');
INSERT INTO record VALUES(8,'2026-11-28T07:43:09.080806Z','case_opened','9f667e7858134b9d',2,X'29c39cb98265a2b4e06e66e7fe104ef0a6008aaeb4a245466977f9451115530f',X'4df3672a72f6d7a67c22e8b74dc50458','{"actor":"9f667e7858134b9d","at":"2026-11-28T07:43:09.080806Z","body":{"due":"","mark":"unclassified","name":"exports","number":2,"owner":"9f667e7858134b9d","title":""},"case":2,"kind":"case_opened","seq":8}');
INSERT INTO record VALUES(9,'2026-11-28T07:43:09.232162Z','source_kept','9f667e7858134b9d',NULL,X'9a03741821d6cca91bb90d2f3f29cb5f16c05d47eba7fd325c63fce90b8898e8',X'6cff9e0d04b9dc89a77f48cae22997b4','{"actor":"9f667e7858134b9d","at":"2026-11-28T07:43:09.232162Z","body":{"mark":"unclassified","media_type":"","name":"shipments.csv","size":415,"source":"3ae558ce7f70d45bb804fa98e60a0e79ba0497b36f096eaaa6dc2201452a0f00"},"case":null,"kind":"source_kept","seq":9}');
INSERT INTO record VALUES(10,'2026-11-28T07:43:09.274803Z','run_started','9f667e7858134b9d',2,X'7a38af80f691acb0b4a94344f18585d6e90e39afdf13e48fdf86a1c3ce2536d1',X'4fd2020ffcafeb6ba7fb067687b32634','{"actor":"9f667e7858134b9d","at":"2026-11-28T07:43:09.274803Z","body":{"asked":{"as_of":"2026-11-20","certificates":"","columns":{"cas":"cas","certificates":"certificates","chemical":"chemical","concentration":"concentration","consignee":"consignee","date":"date","end_user":"end_user","from":"from","id":"id","line":"line","origin":"origin","packing":"packing","papers":"papers","purpose":"purpose","quantity":"quantity","to":"to","unit":"unit","via":"via"},"lists":["CWC"],"rules":[],"sanctions":""},"checked":{"as_of":"2020-06-07","column":"","file":"shipments.csv","lists":[{"id":"CWC","text_of":"2020-06-07","title":"Schedules of the Chemical Weapons Convention"}],"policies":["policy_isotopes_ignored","policy_stereo_ignored","policy_salts_by_entry","policy_water_ignored","policy_tautomers_named","policy_mixtures_apart","policy_polycyclic_review","policy_concentration_later"],"systematic_names":true,"version":"0.1.0"},"maker":{"as_of":"2026-11-20","component":"opencwc.transfers","lists":["CWC"],"model":"","version":"0.1.0","weights":""},"run":2,"source":"3ae558ce7f70d45bb804fa98e60a0e79ba0497b36f096eaaa6dc2201452a0f00","verb":"transfers"},"case":2,"kind":"run_started","seq":10}');
INSERT INTO record VALUES(11,'2026-11-28T07:43:11.847343Z','findings','9f667e7858134b9d',2,X'c76818e70eaeef70c8789f661670d577c43170e6eeb0317ebe3e8d4b95a5f2f2',X'181c9b3c799c72a507077d79ad745d22','{"actor":"9f667e7858134b9d","at":"2026-11-28T07:43:11.847343Z","body":{"count":2,"digest":"3ab0bd80657585facb90804299c3e1fef07fcb9e40329e804af0e31215a895d8","first":3,"run":2},"case":2,"kind":"findings","seq":11}');
INSERT INTO record VALUES(12,'2026-11-28T07:43:12.380615Z','run_finished','9f667e7858134b9d',2,X'c3e9f246240b2ddb44befb14a95e02ecef3881b6659893be7a8b203e210c638f',X'fff37cc79d99d2607f4165f3b6864db3','{"actor":"9f667e7858134b9d","at":"2026-11-28T07:43:12.380615Z","body":{"findings":2,"rows":2,"run":2,"state":"done","tally":{"by_verdict":{"allowed":1,"allowed_with":1,"prohibited":0,"review":0,"unreadable":0},"rows":2}},"case":2,"kind":"run_finished","seq":12}');
INSERT INTO record VALUES(13,'2026-11-28T07:43:46.555823Z','case_opened','9f667e7858134b9d',3,X'ba9123d766f29139ba09f36f0903a84f279ff97994433e63ac398c4ea0afff86',X'841028c36620d5264800c6c02a2cd192','{"actor":"9f667e7858134b9d","at":"2026-11-28T07:43:46.555823Z","body":{"due":"","mark":"unclassified","name":"books","number":3,"owner":"9f667e7858134b9d","title":""},"case":3,"kind":"case_opened","seq":13}');
INSERT INTO record VALUES(14,'2026-11-28T07:43:46.621928Z','source_kept','9f667e7858134b9d',NULL,X'a8371018ec8d12c9154f198a756190e2ecbc304e0057aa56e5e443f18efb33bf',X'25ceeabf68a32eb5dd6d20e3713477eb','{"actor":"9f667e7858134b9d","at":"2026-11-28T07:43:46.621928Z","body":{"mark":"unclassified","media_type":"","name":"ledger-ours.csv","size":1172,"source":"f580f79545162622214bf3a23ca8ffde10e71d74fdeaf52106216e3213d0c940"},"case":null,"kind":"source_kept","seq":14}');
INSERT INTO record VALUES(15,'2026-11-28T07:43:46.657782Z','run_started','9f667e7858134b9d',3,X'eb230b61164790dd7d8ca980192ec34b27bfbd2a51dbb4d7a56b20d653d99456',X'336a48ba88590a0bd74aa3cf2015dc03','{"actor":"9f667e7858134b9d","at":"2026-11-28T07:43:46.657782Z","body":{"asked":{"as_of":"2026-11-20","ledgers":["ledger-ours.csv","ledger-theirs.csv"],"map":{},"model":true},"checked":{"as_of":"2026-11-20","file":"ledger-ours.csv","said":["Compared: 25 lines of 2 ledgers, reported by DNK, FIN, NOR; 9 sums by chemical, pair of States and year; thresholds as of 2026-11-20.","9 discrepancies over the threshold, 0 sums within it, 1 line that cannot be read, 1 line whose other side’s ledger is not at hand.","Causes are proposals of the model transfer-causes; a person decides.","The order is a proposal of the model transfer-ranking."]},"maker":{"as_of":"2026-11-20","component":"opencwc.transfers","lists":["CWC"],"model":"transfer-causes","version":"0.1.0","weights":"6a11ea35ac670fa6b8e88e67d74e5bba5788ee321085717ab71567d6448dfc50"},"run":3,"source":"f580f79545162622214bf3a23ca8ffde10e71d74fdeaf52106216e3213d0c940","verb":"reconcile"},"case":3,"kind":"run_started","seq":15}');
INSERT INTO record VALUES(16,'2026-11-28T07:43:46.705765Z','findings','9f667e7858134b9d',3,X'4d95c2c40dc73cafaf2cced362849cd7de4be8cf5c3f4445e9addf2244829bb6',X'e518b0357fecb3a0f6ae656c80f23113','{"actor":"9f667e7858134b9d","at":"2026-11-28T07:43:46.705765Z","body":{"count":11,"digest":"fcea8d0b31ad26479aad748c9506666073c7a911a6afcb4648950194f507e513","first":5,"run":3},"case":3,"kind":"findings","seq":16}');
INSERT INTO record VALUES(17,'2026-11-28T07:43:46.746285Z','run_finished','9f667e7858134b9d',3,X'638f6a46e6eb8fc150057fa892ae5b992b7f2242cb3a278f6cd795343c083461',X'978d379f5aae1e34902244fe7f492aa3','{"actor":"9f667e7858134b9d","at":"2026-11-28T07:43:46.746285Z","body":{"findings":11,"rows":11,"run":3,"state":"done","tally":{"by_verdict":{"agreed":0,"discrepancy":9,"review":1,"unreadable":1},"rows":9}},"case":3,"kind":"run_finished","seq":17}');
INSERT INTO record VALUES(18,'2026-11-28T07:43:57.400400Z','decision','9f667e7858134b9d',1,X'18402e9e03ae02271bc4a9c11c417a8332d5a9f9eb19850e49840c632414e6af',X'b6a9e2e6c92c9eecf158400224b17282','{"actor":"9f667e7858134b9d","at":"2026-11-28T07:43:57.400400Z","body":{"blind":false,"correction":null,"finding":1,"outcome":"need_more","reason":"Ask the maker"},"case":1,"kind":"decision","seq":18}');
CREATE TABLE request (
	seq INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	case_number BIGINT NOT NULL, 
	asked_by TEXT NOT NULL, 
	asked TEXT NOT NULL, 
	state TEXT NOT NULL, 
	answered_by TEXT NOT NULL, 
	answer_seq BIGINT, 
	CONSTRAINT pk_request PRIMARY KEY (seq)
);
CREATE TABLE run (
	number INTEGER NOT NULL, 
	case_number BIGINT NOT NULL, 
	source_id TEXT NOT NULL, 
	verb TEXT NOT NULL, 
	asked TEXT NOT NULL, 
	checked TEXT NOT NULL, 
	maker TEXT NOT NULL, 
	state TEXT NOT NULL, 
	started_at TEXT NOT NULL, 
	finished_at TEXT NOT NULL, 
	row_count BIGINT NOT NULL, 
	finding_count BIGINT NOT NULL, 
	tally TEXT NOT NULL, 
	mark SMALLINT NOT NULL, 
	CONSTRAINT pk_run PRIMARY KEY (number)
);
INSERT INTO run VALUES(1,1,'4e735344c3cee8206210972c3c11051dd8f940b59613e199f09829f3adfd30e0','screen','{"as_of":"2026-11-28","column":"smiles","kind":"auto","lists":[],"only":[],"rules":[]}','{"as_of":"2026-11-28","column":"smiles","file":"chemicals.csv","lists":[{"id":"CWC","text_of":"2020-06-07","title":"Schedules of the Chemical Weapons Convention"},{"id":"AG","text_of":"2024","title":"Australia Group: chemical weapons precursors"}],"policies":["policy_isotopes_ignored","policy_stereo_ignored","policy_salts_by_entry","policy_water_ignored","policy_tautomers_named","policy_mixtures_apart","policy_polycyclic_review","policy_concentration_later"],"systematic_names":true,"version":"0.1.0"}','{"as_of":"2026-11-28","component":"opencwc.screening","lists":["CWC","AG"],"model":"","version":"0.1.0","weights":""}','done','2026-11-28T07:42:42.542203Z','2026-11-28T07:42:45.486031Z',2,2,'{"by_verdict":{"exempt":0,"listed":1,"not_listed":1,"review":0,"unreadable":0},"rows":2}',0);
INSERT INTO run VALUES(2,2,'3ae558ce7f70d45bb804fa98e60a0e79ba0497b36f096eaaa6dc2201452a0f00','transfers','{"as_of":"2026-11-20","certificates":"","columns":{"cas":"cas","certificates":"certificates","chemical":"chemical","concentration":"concentration","consignee":"consignee","date":"date","end_user":"end_user","from":"from","id":"id","line":"line","origin":"origin","packing":"packing","papers":"papers","purpose":"purpose","quantity":"quantity","to":"to","unit":"unit","via":"via"},"lists":["CWC"],"rules":[],"sanctions":""}','{"as_of":"2020-06-07","column":"","file":"shipments.csv","lists":[{"id":"CWC","text_of":"2020-06-07","title":"Schedules of the Chemical Weapons Convention"}],"policies":["policy_isotopes_ignored","policy_stereo_ignored","policy_salts_by_entry","policy_water_ignored","policy_tautomers_named","policy_mixtures_apart","policy_polycyclic_review","policy_concentration_later"],"systematic_names":true,"version":"0.1.0"}','{"as_of":"2026-11-20","component":"opencwc.transfers","lists":["CWC"],"model":"","version":"0.1.0","weights":""}','done','2026-11-28T07:43:09.274803Z','2026-11-28T07:43:12.380615Z',2,2,'{"by_verdict":{"allowed":1,"allowed_with":1,"prohibited":0,"review":0,"unreadable":0},"rows":2}',0);
INSERT INTO run VALUES(3,3,'f580f79545162622214bf3a23ca8ffde10e71d74fdeaf52106216e3213d0c940','reconcile','{"as_of":"2026-11-20","ledgers":["ledger-ours.csv","ledger-theirs.csv"],"map":{},"model":true}','{"as_of":"2026-11-20","file":"ledger-ours.csv","said":["Compared: 25 lines of 2 ledgers, reported by DNK, FIN, NOR; 9 sums by chemical, pair of States and year; thresholds as of 2026-11-20.","9 discrepancies over the threshold, 0 sums within it, 1 line that cannot be read, 1 line whose other side’s ledger is not at hand.","Causes are proposals of the model transfer-causes; a person decides.","The order is a proposal of the model transfer-ranking."]}','{"as_of":"2026-11-20","component":"opencwc.transfers","lists":["CWC"],"model":"transfer-causes","version":"0.1.0","weights":"6a11ea35ac670fa6b8e88e67d74e5bba5788ee321085717ab71567d6448dfc50"}','done','2026-11-28T07:43:46.657782Z','2026-11-28T07:43:46.746285Z',11,11,'{"by_verdict":{"agreed":0,"discrepancy":9,"review":1,"unreadable":1},"rows":9}',0);
CREATE TABLE session (
	id TEXT NOT NULL, 
	person TEXT NOT NULL, 
	made_at TEXT NOT NULL, 
	seen_at TEXT NOT NULL, 
	ends_at TEXT NOT NULL, 
	fully_in BOOLEAN NOT NULL, 
	CONSTRAINT pk_session PRIMARY KEY (id)
);
CREATE TABLE signing_key (
	id TEXT NOT NULL, 
	pem TEXT NOT NULL, 
	CONSTRAINT pk_signing_key PRIMARY KEY (id)
);
INSERT INTO signing_key VALUES('50628754616c432aab7885ac2d706139a5eb960aae2fdf1915237b2e2906b932',replace('-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA6+MSyeoGCw9tWnj1LoyTbjq331ikdckIA9atN55eorQ=\n-----END PUBLIC KEY-----\n','\n',char(10)));
CREATE TABLE source (
	id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	media_type TEXT NOT NULL, 
	size BIGINT NOT NULL, 
	mark SMALLINT NOT NULL, 
	seq BIGINT NOT NULL, 
	erased BOOLEAN NOT NULL, 
	CONSTRAINT pk_source PRIMARY KEY (id)
);
INSERT INTO source VALUES('4e735344c3cee8206210972c3c11051dd8f940b59613e199f09829f3adfd30e0','chemicals.csv','',36,0,4,0);
INSERT INTO source VALUES('3ae558ce7f70d45bb804fa98e60a0e79ba0497b36f096eaaa6dc2201452a0f00','shipments.csv','',415,0,9,0);
INSERT INTO source VALUES('f580f79545162622214bf3a23ca8ffde10e71d74fdeaf52106216e3213d0c940','ledger-ours.csv','',1172,0,14,0);
CREATE TABLE source_part (
	source_id TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	data BLOB NOT NULL, 
	CONSTRAINT pk_source_part PRIMARY KEY (source_id, number)
);
INSERT INTO source_part VALUES('4e735344c3cee8206210972c3c11051dd8f940b59613e199f09829f3adfd30e0',0,X'69642c736d696c65730a50312c43432843294f50284329283d4f29460a50322c43434f0a');
INSERT INTO source_part VALUES('3ae558ce7f70d45bb804fa98e60a0e79ba0497b36f096eaaa6dc2201452a0f00',0,X'69642c6368656d6963616c2c6361732c6c696e652c636f6e63656e74726174696f6e2c7175616e746974792c756e69742c66726f6d2c746f2c7669612c636f6e7369676e65652c656e645f757365722c646174652c707572706f73652c7061636b696e672c6f726967696e2c6365727469666963617465732c7061706572730a532d30312c536172696e2c3130372d34342d382c2c39392c322c672c4672616e63652c4765726d616e792c2c496e7374697475742066c3bc722053636875747a66726167656e2c496e7374697475742066c3bc722053636875747a66726167656e2c323032372d30322d31352c70726f746563746976652c2c2c2c6e6f746963652046524120323032372d30312d30343b206e6f746963652044455520323032372d30312d30350a532d30322c53617869746f78696e2c33353532332d38392d382c2c2c352c6d672c43616e6164612c4e6f727761792c2c466a6f72646c61622041532c466a6f72646c61622041532c323032372d30312d32302c646961676e6f737469632c2c2c2c6e6f746963652043414e20323032372d30312d32300a');
INSERT INTO source_part VALUES('f580f79545162622214bf3a23ca8ffde10e71d74fdeaf52106216e3213d0c940',0,X'69642c7265706f727465722c666c6f772c706172746e65722c646174652c6368656d6963616c2c6361732c68732c7175616e746974792c756e69742c636f6e63656e74726174696f6e2c72656d61726b730a4e2d3030312c4e4f522c6578706f72742c444e4b2c323032352d30312d31342c547269657468616e6f6c616d696e652c3130322d37312d362c3239323231352c36343030302c6b672c39392c0a4e2d3030322c4e4f522c6578706f72742c444e4b2c323032352d30332d30332c547269657468616e6f6c616d696e652c3130322d37312d362c3239323231352c34383030302c6b672c39392c0a4e2d3030332c4e4f522c6578706f72742c444e4b2c323032352d30392d32322c547269657468616e6f6c616d696e652c3130322d37312d362c3239323231352c35313030302c6b672c34352c0a4e2d3030342c4e4f522c6578706f72742c46494e2c323032352d31322d31382c5468696f6e796c2063686c6f726964652c373731392d30392d372c3238313231372c34373330302c6b672c39392c0a4e2d3030352c4e4f522c696d706f72742c46494e2c323032352d30342d32302c50686f7370686f7275732074726963686c6f726964652c373731392d31322d322c3238313231332c36313230302c6b672c39392c0a4e2d3030362c4e4f522c696d706f72742c444e4b2c323032352d30352d33302c50686f7367656e652c37352d34342d352c3238313231312c35322c6b672c39392c0a4e2d3030372c4e4f522c6578706f72742c46494e2c323032352d30322d31312c5468696f6469676c79636f6c2c3131312d34382d382c3239333037302c313634302c6b672c39382c0a4e2d3030382c4e4f522c6578706f72742c46494e2c323032352d30362d31372c5468696f6469676c79636f6c2c3131312d34382d382c3239333037302c333731322c6b672c39382c0a4e2d3030392c4e4f522c6578706f72742c46494e2c323032352d31302d30322c5468696f6469676c79636f6c2c3131312d34382d382c3239333037302c323535302c6b672c39382c0a4e2d3031302c4e4f522c696d706f72742c444e4b2c323032352d30382d30352c4d657468796c6469657468616e6f6c616d696e652c3130352d35392d392c3239323231372c39322c742c39392c0a4e2d3031312c4e4f522c696d706f72742c444e4b2c323032352d31302d31312c4d657468796c6469657468616e6f6c616d696e652c3130352d35392d392c3239323231372c2d34302c742c39392c72657475726e656420676f6f64730a4e2d3031322c4e4f522c696d706f72742c46494e2c323032352d30372d30312c5472696d657468796c2070686f7370686974652c3132312d34352d392c3239323032332c33383030302c6b672c39392c0a4e2d3031332c4e4f522c696d706f72742c46494e2c323032352d30372d30322c5472696d657468796c2070686f7370686974652c3132312d34352d392c3239323032332c33383030302c6b672c39392c0a4e2d3031342c4e4f522c6578706f72742c5357452c323032352d31312d30352c547269657468616e6f6c616d696e652c3130322d37312d362c3239323231352c33333030302c6b672c39392c0a');
CREATE TABLE time_stamp (
	number INTEGER NOT NULL, 
	request BLOB NOT NULL, 
	token BLOB, 
	CONSTRAINT pk_time_stamp PRIMARY KEY (number)
);
CREATE TABLE token (
	id TEXT NOT NULL, 
	person TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	name TEXT NOT NULL, 
	scopes TEXT NOT NULL, 
	made_at TEXT NOT NULL, 
	ends_at TEXT NOT NULL, 
	used_at TEXT NOT NULL, 
	revoked BOOLEAN NOT NULL, 
	CONSTRAINT pk_token PRIMARY KEY (id), 
	CONSTRAINT uq_token_digest UNIQUE (digest)
);
CREATE INDEX ix_comment_case_number_seq ON comment (case_number, seq);
CREATE INDEX ix_comment_finding_seq ON comment (finding, seq);
CREATE INDEX ix_decision_finding_seq ON decision (finding, seq);
CREATE INDEX ix_decision_person_seq ON decision (person, seq);
CREATE INDEX ix_finding_block ON finding (block);
CREATE INDEX ix_finding_input_key_id ON finding (input_key, id);
CREATE INDEX ix_finding_key ON finding (case_number, run, verdict, list, entry, status, grave, id);
CREATE INDEX ix_finding_subject_id_id ON finding (subject_id, id);
CREATE INDEX ix_job_person_made_at ON job (person, made_at);
CREATE INDEX ix_job_state_made_at ON job (state, made_at);
CREATE INDEX ix_person_expected_as ON person (expected_as);
CREATE INDEX ix_person_subject ON person (subject);
CREATE INDEX ix_recheck_reviewer_second_seq ON recheck (reviewer, second_seq);
CREATE INDEX ix_record_case_number_seq ON record (case_number, seq);
CREATE INDEX ix_request_case_number_state ON request (case_number, state);
CREATE INDEX ix_run_case_number ON run (case_number);
CREATE INDEX ix_run_source_id ON run (source_id);
CREATE INDEX ix_session_person ON session (person);
CREATE INDEX ix_token_person ON token (person);
COMMIT;
