"""The whole round of PyPI's akismet: ``round.py (sync|async) SITE KEY``; prints what it answered, as JSON."""

import asyncio
import inspect
import json
import sys

USER = {"user_ip": "203.0.113.9", "user_agent": "Mozilla/5.0", "referrer": "https://blog.example.org/post"}
HAM = {
    "comment_author": "Ana",
    "comment_content": "Thank you, the second diagram made it click.",
    "comment_type": "comment",
}
SPAM = {
    "comment_author": "SEO Bob",
    "comment_content": "Hi #WEBSITE# owner! Your customers see a warning about your site.",
}
GUARANTEED = {"comment_author": "akismet-guaranteed-spam", "comment_content": "x", "is_test": True}
MISSED = {"comment_author": "Bob", "comment_content": "Lovely, I shall try it with rye."}


async def main(kind: str, site: str, key: str) -> None:
    """Ask all that the client can ask."""
    import akismet

    clients = {"sync": akismet.SyncClient, "async": akismet.AsyncClient}

    async def said(answer: object) -> object:
        return await answer if inspect.isawaitable(answer) else answer

    client = await said(clients[kind].validated_client(akismet.Config(key=key, url=site)))
    heard = {
        "another key": await said(client.verify_key("000000000000", site)),
        "ham": (await said(client.comment_check(**USER, **HAM))).name,
        "spam": (await said(client.comment_check(**USER, **SPAM))).name,
        "guaranteed": (await said(client.comment_check(**USER, **GUARANTEED))).name,
        "administrator": (await said(client.comment_check(**USER, **SPAM, user_role="administrator"))).name,
        "submit spam": await said(client.submit_spam(**USER, **MISSED)),
        "submit ham": await said(client.submit_ham(**USER, **SPAM)),
        "usage": await said(client.usage_limit()),
    }
    try:
        heard["sites"] = await said(client.key_sites())
    except akismet.AkismetError as error:
        heard["sites"] = type(error).__name__
    try:
        await said(clients[kind].validated_client(akismet.Config(key="000000000000", url=site)))
    except akismet.APIKeyError as error:
        heard["wrong key"] = type(error).__name__
    print(json.dumps(heard))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
