// The whole round of npm's akismet-api: node round-akismet-api.cjs SITE KEY HOST:PORT; prints what it answered, as JSON.
// The key becomes a part of the host's name, and not every resolver knows KEY.localhost.
const dns = require("dns");
const lookup = dns.lookup;
dns.lookup = (host, ...rest) => lookup(host.endsWith(".localhost") ? "127.0.0.1" : host, ...rest);

const {AkismetClient} = require("akismet-api");

const [site, key, host] = process.argv.slice(2);
const client = (secret) => new AkismetClient({blog: site, charset: "utf-8", host, key: secret, lang: "en", protocol: "http"});
const user = {ip: "203.0.113.9", referrer: site, useragent: "Mozilla/5.0"};
const ham = {...user, content: "Thank you, the second diagram made it click.", name: "Ana", type: "comment"};
const spam = {...user, content: "Hi #WEBSITE# owner! Your customers see a warning about your site.", name: "SEO Bob"};
const missed = {...user, content: "Lovely, I shall try it with rye.", name: "Bob"};
const doubtful = "Anybody can earn money from home with this method, ask me how.";
const failure = (call) => call.catch((error) => `${error.name}: ${error.message}`);

(async () => {
	const own = client(key);
	console.log(JSON.stringify({
		verify: await own.verifyKey(),
		"another key": await client("000000000000").verifyKey(),
		ham: await own.checkSpam(ham),
		spam: await own.checkSpam(spam),
		doubtful: await own.checkSpam({...user, content: doubtful, name: "Bob"}),
		trapped: await own.checkSpam({...user, content: doubtful, honeypot: "filled by a program", name: "Bob"}),
		guaranteed: await own.checkSpam({...ham, isTest: true, name: "akismet-guaranteed-spam"}),
		"submit spam": (await own.submitSpam(missed)).text,
		"submit ham": (await own.submitHam(spam)).text,
		"wrong key": await failure(client("000000000000").checkSpam(ham)),
	}));
})();
