// The whole round of npm's @cedx/akismet: node round-cedx.mjs SITE KEY SERVER; prints what it answered, as JSON.
import {Author, Blog, Client, Comment} from "@cedx/akismet";

const [site, key, server] = process.argv.slice(2);
const blog = new Blog({charset: "UTF-8", languages: ["en", "fr"], url: site});
const client = (apiKey) => new Client(apiKey, blog, {baseUrl: `${server}/`});
const author = (name) => new Author({ipAddress: "203.0.113.9", name, userAgent: "Mozilla/5.0"});
const comment = (name, content, more = {}) =>
	new Comment({author: author(name), content, permalink: `${site}post`, type: "comment", ...more});

const ham = comment("Ana", "Thank you, the second diagram made it click.", {context: ["bread", "ovens"]});
const spam = comment("SEO Bob", "Hi #WEBSITE# owner! Your customers see a warning about your site.");
const missed = comment("Bob", "Lovely, I shall try it with rye.");
const failure = async (call) => {
	try { return await call; }
	catch (error) { return `${error.name}: ${error.message}`; }
};
const own = client(key);
console.log(JSON.stringify({
	verify: await own.verifyKey(),
	"another key": await client("000000000000").verifyKey(),
	ham: await own.checkComment(ham),
	spam: await own.checkComment(spam),
	guaranteed: await own.checkComment(comment("akismet-guaranteed-spam", "x")),
	"submit spam": await failure(own.submitSpam(missed)) ?? "done",
	"submit ham": await failure(own.submitHam(spam)) ?? "done",
	"wrong key": await failure(client("000000000000").checkComment(ham)),
}));
