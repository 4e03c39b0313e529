#!/bin/sh
# What a developer does: clone the branch of an environment, change something, commit and push. The pipeline of the
# environment deploys the commit.
set -e
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
git clone --quiet --branch env/dev "https://git-codecommit.$AWS_REGION.amazonaws.com/v1/repos/shop" "$folder"
cd "$folder"
sed -i.before 's/"version": "1.0.0"/"version": "1.1.0"/' package.json && rm package.json.before
git -c user.name=Anna -c user.email=anna@example.com commit --quiet --all --message 'Release 1.1.0'
git push --quiet origin env/dev
echo "pushed $(git rev-parse --short HEAD) to env/dev"
